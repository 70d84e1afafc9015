#include "settings/base_url.h"

#include <check.h>

/* What becomes of a text: a URL, or a refusal that holds these words. */
static const struct {
    struct slice text;
    const char *url;
    const char *refusal;
} cases[] = {
    {SLICE_LITERAL("https://dust.tt"), "https://dust.tt", NULL},
    {SLICE_LITERAL("https://dust.tt/"), "https://dust.tt", NULL},
    {SLICE_LITERAL("https://dust.tt///"), "https://dust.tt", NULL},
    {SLICE_LITERAL("HTTPS://Dust.TT"), "HTTPS://Dust.TT", NULL},
    {SLICE_LITERAL("https://dust.tt/api/v1/"), "https://dust.tt/api/v1", NULL},
    {SLICE_LITERAL("https://dust.tt/a%20b/~c_d-e.f"), "https://dust.tt/a%20b/~c_d-e.f", NULL},
    {SLICE_LITERAL("https://dust.tt/a@b:c"), "https://dust.tt/a@b:c", NULL},
    {SLICE_LITERAL("https://host"), "https://host", NULL},
    {SLICE_LITERAL("https://a_b.c-d.e1"), "https://a_b.c-d.e1", NULL},
    {SLICE_LITERAL("https://dust.tt:1"), "https://dust.tt:1", NULL},
    {SLICE_LITERAL("https://dust.tt:65535/x"), "https://dust.tt:65535/x", NULL},
    {SLICE_LITERAL("https://10.0.0.1:8443"), "https://10.0.0.1:8443", NULL},
    {SLICE_LITERAL("https://[2001:db8::1]:8443/"), "https://[2001:db8::1]:8443", NULL},

    {SLICE_LITERAL(""), NULL, "https://"},
    {SLICE_LITERAL("dust.tt"), NULL, "https://"},
    {SLICE_LITERAL("//dust.tt"), NULL, "https://"},
    {SLICE_LITERAL("https:dust.tt"), NULL, "https://"},
    {SLICE_LITERAL("https:/dust.tt"), NULL, "https://"},
    {SLICE_LITERAL("ftp://dust.tt"), NULL, "https://"},
    {SLICE_LITERAL("file:///etc/passwd"), NULL, "https://"},
    {SLICE_LITERAL(" https://dust.tt"), NULL, "https://"},

    {SLICE_LITERAL("https://"), NULL, "name a host"},
    {SLICE_LITERAL("https:///x"), NULL, "name a host"},
    {SLICE_LITERAL("https://:443"), NULL, "name a host"},
    {SLICE_LITERAL("https://?x"), NULL, "name a host"},
    {SLICE_LITERAL("https://."), NULL, "name a host"},
    {SLICE_LITERAL("https://a..b"), NULL, "name a host"},
    {SLICE_LITERAL("https://.a"), NULL, "name a host"},
    {SLICE_LITERAL("https://-a.b"), NULL, "name a host"},
    {SLICE_LITERAL("https://a-.b"), NULL, "name a host"},
    {SLICE_LITERAL("https://a b"), NULL, "name a host"},
    {SLICE_LITERAL("https://a\nb"), NULL, "name a host"},
    {SLICE_LITERAL("https://a\0b"), NULL, "name a host"},
    {SLICE_LITERAL("https://a\\b"), NULL, "name a host"},
    {SLICE_LITERAL("https://d\xC3\xBCst.tt"), NULL, "in plain letters"},
    {SLICE_LITERAL("https://a%2eb"), NULL, "name a host"},
    {SLICE_LITERAL("https://127.1"), NULL, "name a host"},
    {SLICE_LITERAL("https://2130706433"), NULL, "name a host"},
    {SLICE_LITERAL("https://0x7f.0.0.0x1"), NULL, "name a host"},
    {SLICE_LITERAL("https://1.2.3.256"), NULL, "name a host"},
    {SLICE_LITERAL("https://1.2.3.4.5"), NULL, "name a host"},
    {SLICE_LITERAL("https://[::1"), NULL, "name a host"},
    {SLICE_LITERAL("https://[]"), NULL, "name a host"},
    {SLICE_LITERAL("https://[dust.tt]"), NULL, "name a host"},
    {SLICE_LITERAL("https://[fe80::1%25eth0]"), NULL, "name a host"},
    {SLICE_LITERAL("https://[127.0.0.1]"), NULL, "name a host"},

    {SLICE_LITERAL("https://me@dust.tt"), NULL, "user name"},
    {SLICE_LITERAL("https://me:secret@dust.tt/"), NULL, "user name"},
    {SLICE_LITERAL("https://@dust.tt"), NULL, "user name"},
    {SLICE_LITERAL("http://localhost@evil.example"), NULL, "user name"},

    {SLICE_LITERAL("https://dust.tt:"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:0"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:65536"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:99999"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:4294967739"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:0443"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:+443"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:44 3"), NULL, "port"},
    {SLICE_LITERAL("https://dust.tt:443:443"), NULL, "port"},
    {SLICE_LITERAL("https://[::1]443"), NULL, "port"},

    {SLICE_LITERAL("https://dust.tt?a=b"), NULL, "query"},
    {SLICE_LITERAL("https://dust.tt/a?"), NULL, "query"},
    {SLICE_LITERAL("https://dust.tt/#a"), NULL, "fragment"},

    {SLICE_LITERAL("https://dust.tt/a b"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/a\x7F"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/a\0b"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/\r\nX: y"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/\\a"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/%2"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/%zz"), NULL, "path"},
    {SLICE_LITERAL("https://dust.tt/\xC3\xA9"), NULL, "path"},

    {SLICE_LITERAL("http://localhost"), "http://localhost", NULL},
    {SLICE_LITERAL("http://LocalHost:8080/"), "http://LocalHost:8080", NULL},
    {SLICE_LITERAL("http://127.0.0.1:9"), "http://127.0.0.1:9", NULL},
    {SLICE_LITERAL("http://127.255.255.254"), "http://127.255.255.254", NULL},
    {SLICE_LITERAL("http://[::1]:8080"), "http://[::1]:8080", NULL},
    {SLICE_LITERAL("http://[0:0:0:0:0:0:0:1]"), "http://[0:0:0:0:0:0:0:1]", NULL},

    {SLICE_LITERAL("http://dust.tt"), NULL, "this machine"},
    {SLICE_LITERAL("http://126.255.255.255"), NULL, "this machine"},
    {SLICE_LITERAL("http://128.0.0.1"), NULL, "this machine"},
    {SLICE_LITERAL("http://10.0.0.127"), NULL, "this machine"},
    {SLICE_LITERAL("http://0.0.0.0"), NULL, "this machine"},
    {SLICE_LITERAL("http://localhost.evil.example"), NULL, "this machine"},
    {SLICE_LITERAL("http://notlocalhost"), NULL, "this machine"},
    {SLICE_LITERAL("http://127.0.0.1.evil.example"), NULL, "this machine"},
    {SLICE_LITERAL("http://[::2]"), NULL, "this machine"},
    {SLICE_LITERAL("http://[::ffff:10.0.0.1]"), NULL, "this machine"},
};

START_TEST(test_cases) {
    struct slice url = slice_of("untouched");
    const char *refusal = base_url_check(cases[_i].text, &url);
    if (cases[_i].url) {
        ck_assert_msg(refusal == NULL, "%.*s: %s", SLICE_ARG(cases[_i].text), refusal);
        ck_assert_msg(slice_equal_text(url, cases[_i].url), "%.*s", SLICE_ARG(url));
    } else {
        ck_assert_msg(refusal != NULL, "%.*s", SLICE_ARG(cases[_i].text));
        ck_assert_msg(strstr(refusal, cases[_i].refusal) != NULL, "%.*s: %s",
                      SLICE_ARG(cases[_i].text), refusal);
        ck_assert(slice_equal_text(url, "untouched"));
    }
}
END_TEST

/* No prefix is read beyond its end. */
START_TEST(test_every_prefix) {
    struct slice text = cases[_i].text;
    for (size_t len = 0; len < text.len; len++) {
        char *copy = malloc(len + (len == 0));
        struct slice url;
        memcpy(copy, text.data, len);
        if (!base_url_check(slice_make(copy, len), &url)) {
            ck_assert_uint_le(url.len, len);
        }
        free(copy);
    }
}
END_TEST

/* DNS: 63 bytes a label, 253 a name. */
START_TEST(test_longest_host) {
    char text[400] = "https://";
    struct slice url;
    size_t at = strlen(text);
    memset(text + at, 'a', 253);
    text[at + 63] = text[at + 127] = text[at + 191] = '.';
    ck_assert_ptr_null(base_url_check(slice_make(text, at + 253), &url));
    text[at + 253] = 'a';
    ck_assert_ptr_nonnull(base_url_check(slice_make(text, at + 254), &url));
    ck_assert_ptr_null(base_url_check(slice_make(text, at + 63), &url));
    text[at + 63] = 'a';
    ck_assert_ptr_nonnull(base_url_check(slice_make(text, at + 64), &url));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base_url");
    TCase *tests = tcase_create("base_url");
    int n_cases = (int)(sizeof cases / sizeof cases[0]);
    tcase_add_loop_test(tests, test_cases, 0, n_cases);
    tcase_add_loop_test(tests, test_every_prefix, 0, n_cases);
    tcase_add_test(tests, test_longest_host);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
