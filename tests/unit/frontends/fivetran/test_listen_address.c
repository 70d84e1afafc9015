#include "frontends/fivetran/listen_address.h"
#include "support/suite.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const char *host;
    int port;
    const char *text; /* NULL: refused */
} cases[] = {
    {"[::]", 0, "[::]:0"},
    {"[::]", 65535, "[::]:65535"},
    {"[::1]", 50052, "[::1]:50052"},
    {"[fe80::1:2:3:4]", 1, "[fe80::1:2:3:4]:1"},
    {"0.0.0.0", 50052, "0.0.0.0:50052"},
    {"127.0.0.1", 50052, "127.0.0.1:50052"},
    {"localhost", 50052, "localhost:50052"},
    {"[::]", -1, NULL},
    {"[::]", 65536, NULL},
    {"[::]", 99999, NULL},
    {NULL, 1, NULL},
    {"", 1, NULL},
    {"::", 1, NULL},
    {"[", 1, NULL},
    {"[]", 1, NULL},
    {"[::", 1, NULL},
    {"[::]:5", 1, NULL},
    {"[127.0.0.1]", 1, NULL},
    {"127.0.0.1:5", 1, NULL},
    {"127.0.0.256", 1, NULL},
    {"127.1", 1, NULL},
    {"*", 1, NULL},
    {"unix:/tmp/socket", 1, NULL},
    {"example.org", 1, NULL},
    {"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]", 1, NULL},
};

START_TEST(test_addresses) {
    char text[LISTEN_ADDRESS_BYTES] = "";
    struct status status = STATUS_INIT;
    bool ok = listen_address_format(cases[_i].host, cases[_i].port, text, &status);
    ck_assert_int_eq(ok, cases[_i].text != NULL);
    if (ok) {
        ck_assert_str_eq(text, cases[_i].text);
    } else {
        ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    }
}
END_TEST

static int busy_port(int *fd) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(*fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(*fd, 1), 0);
    ck_assert_int_eq(getsockname(*fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

START_TEST(test_explains_a_busy_port) {
    int fd = -1;
    int port = busy_port(&fd);
    char expected[256];
    snprintf(expected, sizeof expected,
             "cannot listen on 127.0.0.1:%d: Address already in use; stop the process that uses "
             "it, or choose another port",
             port);
    struct status status = STATUS_INIT;
    ck_assert(!listen_address_explain("127.0.0.1", port, &status));
    ck_assert_int_eq(status.code, STATUS_UNAVAILABLE);
    ck_assert_str_eq(status.message, expected);
    close(fd);
}
END_TEST

START_TEST(test_explains_an_address_that_is_not_ours) {
    struct status status = STATUS_INIT;
    ck_assert(!listen_address_explain("192.0.2.1", 50052, &status)); /* RFC 5737: nobody's */
    ck_assert_int_eq(status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(status.message, "this machine has no such address"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("listen_address");
    TCase *tests = tcase_create("listen_address");
    tcase_add_loop_test(tests, test_addresses, 0, (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(tests, test_explains_a_busy_port);
    tcase_add_test(tests, test_explains_an_address_that_is_not_ours);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
