#include "settings/setting_value.h"

#include "settings/base_url.h"

#include <strings.h>

/* The number of bytes of white space at the beginning (or, from_end, at the end) of text. */
static size_t blank_bytes(struct slice text, bool from_end) {
    static const char *const blanks[] = {
        " ",  "\t",       "\n",           "\r",           "\v",
        "\f", "\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF", /* U+00A0, U+200B, U+FEFF */
    };
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        size_t len = strlen(blanks[i]);
        if (text.len >= len &&
            memcmp(text.data + (from_end ? text.len - len : 0), blanks[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

struct slice setting_value_trim(struct slice text) {
    for (size_t len; (len = blank_bytes(text, false)) > 0;) {
        text = slice_make(text.data + len, text.len - len);
    }
    for (size_t len; (len = blank_bytes(text, true)) > 0;) {
        text.len -= len;
    }
    return text;
}

/* A field of struct settings, by its offset. */
static void store(const struct setting *setting, struct settings *settings, const void *value,
                  size_t size) {
    memcpy((char *)settings + setting->offset, value, size);
}

static enum setting_stored store_text(const struct setting *setting, struct slice text,
                                      struct settings *settings) {
    char *copy = strndup(text.data, text.len);
    if (!copy) {
        return SETTING_NO_MEMORY;
    }
    store(setting, settings, &copy, sizeof copy);
    return SETTING_STORED;
}

static enum setting_stored wrong(const struct setting *setting, struct buf *problem,
                                 const char *what) {
    buf_printf(problem, "%s %s.", setting->label, what);
    return SETTING_WRONG;
}

static bool is_id_text(struct slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

static bool is_visible_ascii(struct slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static enum setting_stored text_value(const struct setting *setting, struct slice text,
                                      struct settings *settings, struct buf *problem) {
    if (!is_id_text(text)) {
        return wrong(setting, problem, "may hold only letters (A-Z), digits, - and _");
    }
    return store_text(setting, text, settings);
}

static enum setting_stored password_value(const struct setting *setting, struct slice text,
                                          struct settings *settings, struct buf *problem) {
    if (!is_visible_ascii(text)) {
        return wrong(setting, problem,
                     "must be the key alone: no spaces, line breaks or other characters that are "
                     "not plain ASCII");
    }
    return store_text(setting, text, settings);
}

static enum setting_stored url_value(const struct setting *setting, struct slice text,
                                     struct settings *settings, struct buf *problem) {
    struct slice url;
    const char *what = base_url_check(text, &url);
    return what ? wrong(setting, problem, what) : store_text(setting, url, settings);
}

/* Digits alone, without zeros in front; false also when it does not fit. */
static bool read_number(struct slice text, int64_t *number) {
    *number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' ||
            __builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, text.data[i] - '0', number)) {
            return false;
        }
    }
    return text.len == 1 || text.data[0] != '0';
}

static enum setting_stored int_value(const struct setting *setting, struct slice text,
                                     struct settings *settings, struct buf *problem) {
    int64_t number;
    if (!read_number(text, &number) || number < setting->min || number > setting->max) {
        buf_printf(problem, "%s must be a whole number from %lld to %lld, in digits only.",
                   setting->label, (long long)setting->min, (long long)setting->max);
        return SETTING_WRONG;
    }
    store(setting, settings, &number, sizeof number);
    return SETTING_STORED;
}

static enum setting_stored bool_value(const struct setting *setting, struct slice text,
                                      struct settings *settings, struct buf *problem) {
    bool yes = text.len == strlen("true") && strncasecmp(text.data, "true", text.len) == 0;
    bool no = text.len == strlen("false") && strncasecmp(text.data, "false", text.len) == 0;
    if (!yes && !no) {
        return wrong(setting, problem, "must be true or false");
    }
    store(setting, settings, &yes, sizeof yes);
    return SETTING_STORED;
}

static enum setting_stored choice_value(const struct setting *setting, struct slice text,
                                        struct settings *settings, struct buf *problem) {
    _Static_assert(sizeof(enum destination_kind) == sizeof(unsigned) &&
                       sizeof(enum data_format) == sizeof(unsigned) &&
                       sizeof(enum commit_mode) == sizeof(unsigned),
                   "a choice is stored as an unsigned number");
    for (unsigned i = 0; setting->choices[i].value; i++) {
        if (slice_equal_text(text, setting->choices[i].value)) {
            store(setting, settings, &i, sizeof i);
            return SETTING_STORED;
        }
    }
    buf_printf(problem, "%s must be ", setting->label);
    for (size_t i = 0; setting->choices[i].value; i++) {
        buf_printf(problem, "%s%s", i ? " or " : "", setting->choices[i].value);
    }
    buf_append_char(problem, '.');
    return SETTING_WRONG;
}

enum setting_stored setting_value_store(const struct setting *setting, struct slice text,
                                        struct settings *settings, struct buf *problem) {
    static enum setting_stored (*const by_type[])(const struct setting *, struct slice,
                                                  struct settings *, struct buf *) = {
        [SETTING_TEXT] = text_value, [SETTING_PASSWORD] = password_value,
        [SETTING_URL] = url_value,   [SETTING_INT] = int_value,
        [SETTING_BOOL] = bool_value, [SETTING_CHOICE] = choice_value,
    };
    if (text.len > SETTING_TEXT_MAX_BYTES) {
        buf_printf(problem, "%s must not be longer than %d bytes.", setting->label,
                   SETTING_TEXT_MAX_BYTES);
        return SETTING_WRONG;
    }
    return by_type[setting->type](setting, text, settings, problem);
}
