/* Plays the input files of Fivetran's destination tester against a destination connector
 * (contracts/tester.md; docs/tester.md). */
#include "tester/calls.h"
#include "tester/input.h"
#include "tester/memory.h"
#include "tester/settings.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>

static const size_t MEMORY_MAX = (size_t)32 << 30;

/* Each Test of the form, up to the first that fails. */
static bool run_tests(struct run *run, const FivetranSdk__V2__ConfigurationFormResponse *form) {
    bool fine = true;
    for (size_t i = 0; i < form->n_tests && fine; i++) {
        struct call_result result;
        FivetranSdk__V2__TestRequest request = FIVETRAN_SDK__V2__TEST_REQUEST__INIT;
        request.name = form->tests[i]->name;
        calls_make(run, "Test", &request.base, 0, &result);
        fine = calls_is(&result, "success");
        report_test(&run->report, form->tests[i]->label,
                    fine ? NULL : calls_text(&result, run->arena));
        calls_clean_up(&result);
    }
    return fine;
}

/* configuration.json, else the person at the terminal. */
static bool get_settings(struct run *run, const FivetranSdk__V2__ConfigurationFormResponse *form) {
    struct status status = STATUS_INIT;
    bool found = false;
    return (settings_read_file(run, &found, &status) &&
            (found || settings_ask(run, form, &status))) ||
           report_fail(&run->report, "%s", status.message);
}

static bool set_up(struct run *run) {
    struct call_result result;
    FivetranSdk__V2__ConfigurationFormRequest request =
        FIVETRAN_SDK__V2__CONFIGURATION_FORM_REQUEST__INIT;
    calls_send(run->client, "ConfigurationForm", &request.base, 0, &result);
    const FivetranSdk__V2__ConfigurationFormResponse *form =
        (const FivetranSdk__V2__ConfigurationFormResponse *)result.reply.message;
    bool fine = false;
    if (form) {
        report_pass(&run->report, "ConfigurationForm: %zu fields, %zu tests", form->n_fields,
                    form->n_tests);
        fine = get_settings(run, form) && run_tests(run, form);
    } else {
        report_fail(&run->report, "ConfigurationForm: %s", calls_text(&result, run->arena));
    }
    calls_clean_up(&result);
    return fine;
}

static bool check_capabilities(struct run *run) {
    struct call_result result;
    FivetranSdk__V2__CapabilitiesRequest request = FIVETRAN_SDK__V2__CAPABILITIES_REQUEST__INIT;
    calls_send(run->client, "Capabilities", &request.base, 0, &result);
    const FivetranSdk__V2__CapabilitiesResponse *answer =
        (const FivetranSdk__V2__CapabilitiesResponse *)result.reply.message;
    bool fine = false;
    if (!answer) {
        report_fail(&run->report, "Capabilities: %s", calls_text(&result, run->arena));
    } else if (answer->batch_file_format != FIVETRAN_SDK__V2__BATCH_FILE_FORMAT__CSV) {
        report_fail(&run->report, "Capabilities: the destination wants Parquet files, which this "
                                  "tester does not write");
    } else {
        fine = true;
        report_pass(&run->report, "Capabilities: CSV");
    }
    calls_clean_up(&result);
    return fine;
}

/* Every input file, whatever became of the ones before. */
static void play_inputs(struct run *run) {
    struct status status = STATUS_INIT;
    char **names = NULL;
    size_t count = 0;
    if (run->options->input_file) {
        input_play(run, run->options->input_file);
        return;
    }
    if (!input_list(run, &names, &count, &status)) {
        report_fail(&run->report, "%s", status.message);
    } else if (count == 0) {
        report_fail(&run->report, "there is no input file in %s", run->options->data_folder);
    }
    for (size_t i = 0; i < count; i++) {
        input_play(run, names[i]);
    }
}

static void play(struct run *run) {
    struct status status = STATUS_INIT;
    const struct options *options = run->options;
    run->client = client_open(options->host, options->port, options->wait_ms, &status);
    if (!run->client) {
        report_fail(&run->report, "%s", status.message);
    } else if (set_up(run) && check_capabilities(run)) {
        play_inputs(run);
    }
    client_close(run->client);
}

/* The data folder as the destination sees it: WORKING_DIR, else its full path. */
static bool find_folder(struct options *options, char full[PATH_MAX]) {
    if (!realpath(options->data_folder, full)) {
        fprintf(stderr, "tester: there is no folder %s\n", options->data_folder);
        return false;
    }
    if (!options->told_folder || !options->told_folder[0]) {
        options->told_folder = full;
    }
    return true;
}

int main(int argc, char **argv) {
    struct options options;
    enum options_outcome outcome = options_read(argc, argv, &options);
    if (outcome != OPTIONS_GO_ON) {
        return (int)outcome;
    }
    char full[PATH_MAX];
    if (!find_folder(&options, full)) {
        return OPTIONS_WRONG;
    }
    signal(SIGPIPE, SIG_IGN);
    struct arena arena;
    arena_init(&arena, MEMORY_MAX);
    struct run run = {.options = &options, .arena = &arena, .model = {.arena = &arena}};
    uint64_t seed = options.has_seed ? options.seed : random_next(random_system()) >> 32;
    seeded_init(&run.seeded, seed);
    report_note("seed %" PRIu64 " (--seed repeats this run's choices)", seed);
    play(&run);
    report_summary(&run.report);
    int code = run.report.failed ? 1 : 0;
    arena_clean_up(&arena);
    return code;
}
