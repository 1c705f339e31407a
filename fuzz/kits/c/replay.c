/* Runs files through the harness, without an engine and with any compiler:
 *   replay FILE|FOLDER...        each once
 *   replay -times=N FILE...      each N times, and prints executions a second of processor time */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    uint8_t *data;
    size_t size;
};

static struct input *inputs;
static size_t count;

static void fail(const char *path)
{
    perror(path);
    exit(2);
}

static void add_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    struct input input = {malloc(size ? size : 1), size};
    if (!file || !input.data || fread(input.data, 1, size, file) != size)
        fail(path);
    fclose(file);
    inputs = realloc(inputs, (count + 1) * sizeof *inputs);
    if (!inputs)
        fail(path);
    inputs[count++] = input;
}

static void add(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        fail(path);
    if (!S_ISDIR(status.st_mode)) {
        add_file(path, (size_t)status.st_size);
        return;
    }
    DIR *folder = opendir(path);
    if (!folder)
        fail(path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        add(name);
    }
    closedir(folder);
}

int main(int argc, char **argv)
{
    unsigned long times = 1;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-times=", 7) == 0)
            times = strtoul(argv[i] + 7, NULL, 10);
        else
            add(argv[i]);
    }
    if (count == 0) {
        fprintf(stderr, "usage: replay [-times=N] FILE|FOLDER...\n");
        return 2;
    }
    struct timespec start, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    for (unsigned long time = 0; time < times; time++)
        for (size_t i = 0; i < count; i++)
            LLVMFuzzerTestOneInput(inputs[i].data, inputs[i].size);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    printf("%zu inputs, and every reading is admissible\n", count);
    if (times > 1) {
        double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
        printf("%.0f executions a second of processor time\n", (double)count * (double)times / seconds);
    }
    return 0;
}
