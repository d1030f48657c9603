// libmicrohttpd. Starting a server is variadic, which Swift cannot call.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <microhttpd.h>

/* One thread of its own, epoll, strict parsing; `address` holds the port, too. */
static inline struct MHD_Daemon *vane_mhd_start(
    const struct sockaddr *address, int is_ipv6, unsigned connections_max, unsigned timeout_seconds, MHD_AccessHandlerCallback handler, void *closure) {
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | (is_ipv6 ? MHD_USE_IPv6 : 0);
    return MHD_start_daemon(flags, 0, NULL, NULL, handler, closure, MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_CONNECTION_LIMIT, connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

/* The port that it listens on; 0 where that is unknown. */
static inline uint16_t vane_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *information = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return information ? information->port : 0;
}

/* libmicrohttpd's enumerations are closed ones, whose Swift names depend on the compiler: they stay here. */
static inline enum MHD_Result vane_mhd_go_on(void) { return MHD_YES; }

/* Closes the connection. */
static inline enum MHD_Result vane_mhd_give_up(void) { return MHD_NO; }

/* A response with a copy of the bytes. */
static inline struct MHD_Response *vane_mhd_response(const void *bytes, size_t count) {
    return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

/* The value of a request's header; NULL without one. */
static inline const char *vane_mhd_header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}
