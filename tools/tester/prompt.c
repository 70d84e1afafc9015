#include "tester/prompt.h"

#include "tester/memory.h"

#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_BYTES = 1 << 20, UPLOAD_MAX = 64 << 20 };

enum kind { KIND_TEXT, KIND_PASSWORD, KIND_HIDDEN, KIND_CHOICE, KIND_TOGGLE, KIND_UPLOAD };

static enum kind kind_of(const FivetranSdk__V2__FormField *field) {
    switch (field->type_case) {
    case FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DROPDOWN_FIELD:
    case FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DESCRIPTIVE_DROPDOWN_FIELDS:
        return KIND_CHOICE;
    case FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TOGGLE_FIELD:
        return KIND_TOGGLE;
    case FIVETRAN_SDK__V2__FORM_FIELD__TYPE_UPLOAD_FIELD:
        return KIND_UPLOAD;
    default:
        break;
    }
    switch (field->text_field) {
    case FIVETRAN_SDK__V2__TEXT_FIELD__Password:
        return KIND_PASSWORD;
    case FIVETRAN_SDK__V2__TEXT_FIELD__Hidden:
        return KIND_HIDDEN;
    default:
        return KIND_TEXT;
    }
}

static const char *default_of(const FivetranSdk__V2__FormField *field) {
    bool has =
        field->_default_value_case == FIVETRAN_SDK__V2__FORM_FIELD___DEFAULT_VALUE_DEFAULT_VALUE;
    return has ? field->default_value : "";
}

static size_t choice_count(const FivetranSdk__V2__FormField *field) {
    return field->type_case == FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DROPDOWN_FIELD
               ? field->dropdown_field->n_dropdown_field
               : field->descriptive_dropdown_fields->n_descriptive_dropdown_field;
}

static const char *choice_value(const FivetranSdk__V2__FormField *field, size_t index) {
    return field->type_case == FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DROPDOWN_FIELD
               ? field->dropdown_field->dropdown_field[index]
               : field->descriptive_dropdown_fields->descriptive_dropdown_field[index]->value;
}

static void show_choices(const FivetranSdk__V2__FormField *field) {
    bool described = field->type_case != FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DROPDOWN_FIELD;
    for (size_t i = 0; i < choice_count(field); i++) {
        const char *label =
            described ? field->descriptive_dropdown_fields->descriptive_dropdown_field[i]->label
                      : "";
        printf("    %zu. %s%s%s\n", i + 1, choice_value(field, i), *label ? ": " : "", label);
    }
}

static void show(const FivetranSdk__V2__FormField *field, enum kind kind) {
    bool has_description =
        field->_description_case == FIVETRAN_SDK__V2__FORM_FIELD___DESCRIPTION_DESCRIPTION;
    if (has_description && field->description[0]) {
        printf("  %s\n", field->description);
    }
    if (kind == KIND_CHOICE) {
        show_choices(field);
    }
    const char *hint = kind == KIND_TOGGLE   ? " (yes or no)"
                       : kind == KIND_UPLOAD ? " (path of a file)"
                       : kind == KIND_CHOICE ? " (number or value)"
                                             : "";
    const char *preset = default_of(field);
    printf("%s%s%s%s%s: ", field->label, hint, *preset ? " [" : "", preset, *preset ? "]" : "");
    fflush(stdout);
}

/* A line of stdin without its end, "" or more; NULL at the end of the input. */
static const char *read_line(struct arena *arena) {
    char *line = memory_take(arena, LINE_BYTES);
    if (!fgets(line, LINE_BYTES, stdin)) {
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

/* Shows the field and reads a line; a password without echo, from before its prompt is shown. */
static const char *ask(const FivetranSdk__V2__FormField *field, enum kind kind,
                       struct arena *arena) {
    struct termios shown;
    bool silent = kind == KIND_PASSWORD && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (silent) {
        struct termios quiet = shown;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    show(field, kind);
    const char *line = read_line(arena);
    if (silent) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    }
    if (silent || !line) {
        putchar('\n');
    }
    return line;
}

static const char *choice_of(const FivetranSdk__V2__FormField *field, const char *line) {
    char *end = NULL;
    unsigned long number = strtoul(line, &end, 10);
    for (size_t i = 0; i < choice_count(field); i++) {
        if (strcmp(line, choice_value(field, i)) == 0 || (*line && !*end && number == i + 1)) {
            return choice_value(field, i);
        }
    }
    return NULL;
}

static const char *toggle_of(const char *line) {
    static const struct {
        const char *word;
        const char *value;
    } words[] = {{"yes", "true"}, {"y", "true"},  {"true", "true"},
                 {"no", "false"}, {"n", "false"}, {"false", "false"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(line, words[i].word) == 0) {
            return words[i].value;
        }
    }
    return NULL;
}

static const char *upload_of(const char *path, struct arena *arena) {
    struct buf content;
    buf_init(&content, UPLOAD_MAX);
    const char *text =
        memory_read_file(path, &content) ? memory_copy(arena, buf_slice(&content)) : NULL;
    buf_wipe(&content);
    return text;
}

/* What the line means for the field; NULL when it cannot be. */
static const char *meaning(const FivetranSdk__V2__FormField *field, enum kind kind,
                           const char *line, struct arena *arena) {
    if (!line[0]) {
        return line;
    }
    switch (kind) {
    case KIND_CHOICE:
        return choice_of(field, line);
    case KIND_TOGGLE:
        return toggle_of(line);
    case KIND_UPLOAD:
        return upload_of(line, arena);
    default:
        return line;
    }
}

const char *prompt_field(const FivetranSdk__V2__FormField *field, struct arena *arena) {
    enum kind kind = kind_of(field);
    bool required = field->_required_case == FIVETRAN_SDK__V2__FORM_FIELD___REQUIRED_REQUIRED &&
                    field->required;
    const char *preset = memory_copy(arena, slice_of(default_of(field)));
    if (kind == KIND_HIDDEN) {
        return preset;
    }
    for (;;) {
        const char *line = ask(field, kind, arena);
        if (!line) {
            return NULL;
        }
        const char *value = meaning(field, kind, line[0] ? line : preset, arena);
        if (value && (value[0] || !required)) {
            return memory_copy(arena, slice_of(value));
        }
        puts(value ? "  This one is required." : "  That cannot be.");
    }
}
