import Testing

/// Everything here runs the real executable. One test at a time: they measure waits, and start servers.
@Suite(.serialized) enum IntegrationTests {}
