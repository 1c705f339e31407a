/* Lets the oracle mutate datagrams, for libFuzzer (linked in) and AFL++ (a library that
 * AFL_CUSTOM_MUTATOR_LIBRARY names). Either engine uses its own mutations, too. */

#include "event_datagram_oracle.h"

#include <stdlib.h>
#include <string.h>

/* The dialect of harness.c. */
enum { DIALECT = EVDG_TEXT };

#ifndef AFL
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    if (seed % 2)
        return LLVMFuzzerMutate(data, size, max_size);
    return evdg_mutate(DIALECT, data, size, max_size, seed);
}
#else
struct mutator {
    unsigned seed;
    size_t capacity;
    uint8_t *data;
};

void *afl_custom_init(void *afl, unsigned seed)
{
    struct mutator *mutator = calloc(1, sizeof *mutator);
    (void)afl;
    if (mutator)
        mutator->seed = seed;
    return mutator;
}

/* Returns the size of the mutated datagram; 0 lets AFL++ skip it. */
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out, uint8_t *other, size_t other_size, size_t max_size)
{
    struct mutator *mutator = state;
    (void)other, (void)other_size;
    *out = data;
    if (mutator->capacity < max_size) {
        uint8_t *grown = realloc(mutator->data, max_size);
        if (!grown)
            return 0;
        mutator->data = grown;
        mutator->capacity = max_size;
    }
    memcpy(mutator->data, data, size < max_size ? size : max_size);
    *out = mutator->data;
    return evdg_mutate(DIALECT, mutator->data, size, max_size, mutator->seed++);
}

void afl_custom_deinit(void *state)
{
    struct mutator *mutator = state;
    free(mutator->data);
    free(mutator);
}
#endif
