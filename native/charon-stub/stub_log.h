/* One JSON object a line, flushed at once: a test reads the file while charon runs. */
#ifndef KEYWAY_STUB_LOG_H
#define KEYWAY_STUB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct stub_line {
  FILE *out;
  char *text;
  size_t size;
  bool comma;
} stub_line;

/* Opens the file for appending, mode 0600: it will hold keys. Returns false with errno set. */
bool stub_log_open(const char *path);
void stub_log_close(void);

/* Begins {"t_ns":...,"event":EVENT and ends it with a newline; the parts below go in between. */
void stub_begin(stub_line *line, const char *event);
void stub_end(stub_line *line);

void stub_text(stub_line *line, const char *name, const char *value);
void stub_number(stub_line *line, const char *name, uint64_t value);
void stub_bool(stub_line *line, const char *name, bool value);
void stub_hex(stub_line *line, const char *name, const uint8_t *octets, size_t count);
/* NULL as name: an element of an array. */
void stub_open(stub_line *line, const char *name, char bracket);
void stub_close(stub_line *line, char bracket);

#endif
