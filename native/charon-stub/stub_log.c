#define _GNU_SOURCE
#include "stub_log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static FILE *file;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool stub_log_open(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0) {
    return false;
  }
  file = fdopen(fd, "a");
  return file != NULL;
}

void stub_log_close(void) {
  pthread_mutex_lock(&lock);
  if (file) {
    fclose(file);
    file = NULL;
  }
  pthread_mutex_unlock(&lock);
}

static void quoted(stub_line *line, const char *value) {
  fputc('"', line->out);
  for (const char *c = value; *c; c++) {
    if (*c == '"' || *c == '\\') {
      fputc('\\', line->out);
      fputc(*c, line->out);
    } else if ((unsigned char)*c < 0x20) {
      fprintf(line->out, "\\u%04x", (unsigned char)*c);
    } else {
      fputc(*c, line->out);
    }
  }
  fputc('"', line->out);
}

static void key(stub_line *line, const char *name) {
  if (line->comma) {
    fputc(',', line->out);
  }
  line->comma = true;
  if (name) {
    quoted(line, name);
    fputc(':', line->out);
  }
}

void stub_begin(stub_line *line, const char *event) {
  struct timespec now;

  line->text = NULL;
  line->size = 0;
  line->comma = false;
  line->out = open_memstream(&line->text, &line->size);
  if (!line->out) {
    abort();
  }
  clock_gettime(CLOCK_MONOTONIC, &now);
  fputc('{', line->out);
  stub_number(line, "t_ns", (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec);
  stub_text(line, "event", event);
}

void stub_end(stub_line *line) {
  fputs("}\n", line->out);
  fclose(line->out);
  /* One write per line under the lock, so that charon's worker threads never interleave. */
  pthread_mutex_lock(&lock);
  if (file) {
    fwrite(line->text, 1, line->size, file);
    fflush(file);
  }
  pthread_mutex_unlock(&lock);
  explicit_bzero(line->text, line->size);
  free(line->text);
}

void stub_text(stub_line *line, const char *name, const char *value) {
  key(line, name);
  quoted(line, value ? value : "");
}

void stub_number(stub_line *line, const char *name, uint64_t value) {
  key(line, name);
  fprintf(line->out, "%" PRIu64, value);
}

void stub_bool(stub_line *line, const char *name, bool value) {
  key(line, name);
  fputs(value ? "true" : "false", line->out);
}

void stub_hex(stub_line *line, const char *name, const uint8_t *octets, size_t count) {
  key(line, name);
  fputc('"', line->out);
  for (size_t i = 0; i < count; i++) {
    fprintf(line->out, "%02x", octets[i]);
  }
  fputc('"', line->out);
}

void stub_open(stub_line *line, const char *name, char bracket) {
  key(line, name);
  fputc(bracket, line->out);
  line->comma = false;
}

void stub_close(stub_line *line, char bracket) {
  fputc(bracket, line->out);
  line->comma = true;
}
