// librdkafka, and its in-process mock cluster, which serves the demo and tests.
#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
