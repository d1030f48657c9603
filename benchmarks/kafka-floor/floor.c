/* The floor under Vane's latency: a bare librdkafka consume-produce loop, an open-loop generator, and a sink.
 *
 *   cc -O2 -Wall -Wextra -Werror -o floor floor.c -lrdkafka
 *
 *   floor generate BROKERS TOPIC RATE SECONDS BYTES    messages at RATE per second, whatever happens downstream
 *   floor hop      BROKERS FROM TO LINGER_MS [PROPERTY=VALUE]...   consumes, produces the same bytes; until SIGTERM
 *   floor sink     BROKERS TOPIC COUNT [WARMUP]        reads COUNT messages, prints percentiles of those after WARMUP
 *
 * A message is an event in JSON whose event_id is the nanosecond (CLOCK_REALTIME) at which it was meant to be sent: a generator
 * that falls behind makes the latency longer, not the load smaller (no coordinated omission). The record's timestamp is that time
 * in milliseconds. The sink looks for the event_id in what it gets, which may be the same bytes or an alert about them, and
 * reads the same clock, so all three run on one machine.
 *
 * `hop` and the other two use the settings that Vane's KafkaIO sets by default, so that the loop is a floor for it. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BATCH_MAX = 1000, REASON_BYTES = 512, IDLE_MILLISECONDS = 30000, EVENT_BYTES_MIN = 160 };

#define EVENT_ID "{\"event_id\":\""

static volatile sig_atomic_t stopping;

static void stop(int signal_number) {
    (void)signal_number;
    stopping = 1;
}

static void die(const char *what, const char *why) {
    fprintf(stderr, "floor: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void set(rd_kafka_conf_t *configuration, const char *name, const char *value) {
    char reason[REASON_BYTES];
    if (rd_kafka_conf_set(configuration, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) die(name, reason);
}

static long failed_deliveries;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err) failed_deliveries++;
}

static rd_kafka_conf_t *common(const char *brokers) {
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    set(configuration, "bootstrap.servers", brokers);
    set(configuration, "socket.nagle.disable", "true");
    return configuration;
}

static rd_kafka_t *create(rd_kafka_type_t type, rd_kafka_conf_t *configuration) {
    char reason[REASON_BYTES];
    rd_kafka_t *client = rd_kafka_new(type, configuration, reason, sizeof reason);
    if (!client) die("client", reason);
    return client;
}

static rd_kafka_t *producer(const char *brokers, const char *linger, int settings, char **setting) {
    rd_kafka_conf_t *configuration = common(brokers);
    set(configuration, "enable.idempotence", "true");
    set(configuration, "linger.ms", linger);
    for (int index = 0; index < settings; index++) {
        char *equals = strchr(setting[index], '=');
        if (!equals) die(setting[index], "expected PROPERTY=VALUE");
        *equals = 0;
        set(configuration, setting[index], equals + 1);
    }
    rd_kafka_conf_set_dr_msg_cb(configuration, on_delivery);
    return create(RD_KAFKA_PRODUCER, configuration);
}

/* A group of its own, from the beginning: the topics are new, and what comes before the group stands is warm-up. */
static rd_kafka_t *consumer(const char *brokers, const char *topic) {
    char group[64];
    snprintf(group, sizeof group, "floor-%d-%" PRId64, getpid(), now_nanoseconds());
    rd_kafka_conf_t *configuration = common(brokers);
    set(configuration, "group.id", group);
    set(configuration, "partition.assignment.strategy", "cooperative-sticky");
    set(configuration, "enable.auto.commit", "false");
    set(configuration, "enable.auto.offset.store", "false");
    set(configuration, "auto.offset.reset", "earliest");
    set(configuration, "fetch.wait.max.ms", "100");
    set(configuration, "topic.metadata.refresh.interval.ms", "1000");
    rd_kafka_t *client = create(RD_KAFKA_CONSUMER, configuration);
    rd_kafka_poll_set_consumer(client);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(client, topics);
    if (error) die("subscribe", rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(topics);
    return client;
}

/* The first message by a wait, the rest without one: the batch call alone would wait until it is full. */
static size_t take(rd_kafka_queue_t *queue, rd_kafka_message_t **batch) {
    batch[0] = rd_kafka_consume_queue(queue, 100);
    if (!batch[0]) return 0;
    ssize_t more = rd_kafka_consume_batch_queue(queue, 0, batch + 1, BATCH_MAX - 1);
    return 1 + (more > 0 ? (size_t)more : 0);
}

static void produce(rd_kafka_t *client, rd_kafka_topic_t *topic, const void *value, size_t size, const void *key,
                    size_t key_size, int64_t timestamp) {
    rd_kafka_vu_t arguments[5] = {0};
    arguments[0].vtype = RD_KAFKA_VTYPE_RKT, arguments[0].u.rkt = topic;
    arguments[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS, arguments[1].u.i = RD_KAFKA_MSG_F_COPY;
    arguments[2].vtype = RD_KAFKA_VTYPE_VALUE, arguments[2].u.mem.ptr = (void *)value, arguments[2].u.mem.size = size;
    arguments[3].vtype = RD_KAFKA_VTYPE_KEY, arguments[3].u.mem.ptr = (void *)key, arguments[3].u.mem.size = key_size;
    arguments[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP, arguments[4].u.i64 = timestamp;
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_produceva(client, arguments, 5);
        if (!error) return;
        if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL) die("produce", rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
        rd_kafka_poll(client, 1);
    }
}

static void finish(rd_kafka_t *client, rd_kafka_topic_t *topic) {
    if (rd_kafka_flush(client, IDLE_MILLISECONDS)) die("flush", "messages left after 30 s");
    if (failed_deliveries) die("deliveries", "some failed");
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
}

/* An event of exactly so many bytes, filled up by a field that no schema knows. */
static void write_event(char *value, size_t bytes, int64_t due, long number) {
    time_t second = due / 1000000000;
    struct tm calendar;
    char when[32], head[EVENT_BYTES_MIN];
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &calendar));
    int length = snprintf(head, sizeof head,
                          EVENT_ID "%" PRId64 "\",\"event_time\":\"%s.%03dZ\",\"account_id\":\"A%ld\",\"amount\":12.50,\"rest\":\"", due,
                          when, (int)(due / 1000000 % 1000), number % 1000);
    if (length < 0 || (size_t)length + 2 > bytes) die("event", "too few bytes");
    memcpy(value, head, (size_t)length);
    memset(value + length, 'x', bytes - (size_t)length - 2);
    memcpy(value + bytes - 2, "\"}", 2);
}

/* The time at which the event was due, from its id; 0 where there is none. */
static int64_t due_of(const char *value, size_t bytes) {
    static const char key[] = "\"event_id\":\"";
    const char *found = memmem(value, bytes, key, sizeof key - 1);
    int64_t due = 0;
    if (!found) return 0;
    for (const char *digit = found + sizeof key - 1; digit < value + bytes && *digit >= '0' && *digit <= '9'; digit++)
        due = due * 10 + (*digit - '0');
    return due;
}

static int generate(const char *brokers, const char *name, double rate, double seconds, size_t bytes) {
    if (rate <= 0 || seconds <= 0 || bytes < EVENT_BYTES_MIN) die("generate", "RATE and SECONDS above 0, BYTES at least 160");
    rd_kafka_t *client = producer(brokers, "0", 0, NULL);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    char *value = malloc(bytes);
    long count = (long)(rate * seconds);
    int64_t start = now_nanoseconds(), late_max = 0;
    for (long number = 0; number < count && !stopping; number++) {
        int64_t due = start + (int64_t)((double)number * 1e9 / rate), left;
        while ((left = due - now_nanoseconds()) > 0) {
            rd_kafka_poll(client, 0);
            struct timespec pause = {left / 1000000000, left % 1000000000};
            nanosleep(&pause, NULL);
        }
        if (-left > late_max) late_max = -left;
        write_event(value, bytes, due, number);
        produce(client, topic, value, bytes, &number, sizeof number, due / 1000000);
        if (number % 100 == 0) rd_kafka_poll(client, 0);
    }
    finish(client, topic);
    free(value);
    printf("generated %ld, at worst %.1f ms behind the schedule\n", count, (double)late_max / 1e6);
    return 0;
}

static int hop(const char *brokers, const char *from, const char *to, const char *linger, int settings, char **setting) {
    rd_kafka_t *out = producer(brokers, linger, settings, setting);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(out, to, NULL);
    rd_kafka_t *in = consumer(brokers, from);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(in);
    rd_kafka_message_t *batch[BATCH_MAX];
    long count = 0, batches = 0;
    while (!stopping) {
        size_t taken = take(queue, batch);
        for (size_t index = 0; index < taken; index++) {
            rd_kafka_message_t *message = batch[index];
            if (message->err)
                fprintf(stderr, "floor: %s\n", rd_kafka_message_errstr(message));
            else {
                produce(out, topic, message->payload, message->len, message->key, message->key_len,
                        rd_kafka_message_timestamp(message, NULL));
                count++;
            }
            rd_kafka_message_destroy(message);
        }
        batches += taken > 0;
        rd_kafka_poll(out, 0);
    }
    finish(out, topic);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(in);
    rd_kafka_destroy(in);
    printf("hopped %ld, %.1f a batch\n", count, batches ? (double)count / (double)batches : 0);
    return 0;
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static double percentile(const int64_t *sorted, long count, double share) {
    long rank = (long)(share * (double)count);
    return (double)sorted[rank < count ? rank : count - 1] / 1e6;
}

static int sink(const char *brokers, const char *topic, long count, long warmup) {
    if (count <= warmup || warmup < 0) die("sink", "COUNT above WARMUP");
    rd_kafka_t *in = consumer(brokers, topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(in);
    rd_kafka_message_t *batch[BATCH_MAX];
    int64_t *latency = malloc((size_t)count * sizeof *latency), latest = now_nanoseconds();
    long seen = 0;
    while (seen < count && !stopping) {
        size_t taken = take(queue, batch);
        int64_t now = now_nanoseconds();
        if (taken) latest = now;
        if (seen && now - latest > (int64_t)IDLE_MILLISECONDS * 1000000) die("sink", "nothing for 30 s: messages are missing");
        for (size_t index = 0; index < taken; index++) {
            int64_t due = batch[index]->err ? 0 : due_of(batch[index]->payload, batch[index]->len);
            if (due && seen < count) latency[seen++] = now - due;
            rd_kafka_message_destroy(batch[index]);
        }
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(in);
    rd_kafka_destroy(in);
    if (seen <= warmup) die("sink", "no messages");
    long measured = seen - warmup;
    int64_t *values = latency + warmup;
    qsort(values, (size_t)measured, sizeof *values, by_value);
    printf("count %ld p50 %.2f p90 %.2f p99 %.2f p99.9 %.2f max %.2f ms\n", measured, percentile(values, measured, 0.5),
           percentile(values, measured, 0.9), percentile(values, measured, 0.99), percentile(values, measured, 0.999),
           (double)values[measured - 1] / 1e6);
    free(latency);
    return 0;
}

int main(int count, char **argument) {
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    const char *mode = count > 1 ? argument[1] : "";
    if (!strcmp(mode, "generate") && count == 7)
        return generate(argument[2], argument[3], atof(argument[4]), atof(argument[5]), (size_t)atol(argument[6]));
    if (!strcmp(mode, "hop") && count >= 6)
        return hop(argument[2], argument[3], argument[4], argument[5], count - 6, argument + 6);
    if (!strcmp(mode, "sink") && (count == 5 || count == 6))
        return sink(argument[2], argument[3], atol(argument[4]), count == 6 ? atol(argument[5]) : 0);
    fputs("usage: see the top of floor.c\n", stderr);
    return 64;
}
