import Testing

/// Everything that talks to a cluster, one test after another: they share two cores with the broker, and block their thread.
@Suite(.serialized) enum KafkaTests {}
