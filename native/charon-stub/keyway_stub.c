/*
 * A kernel_ipsec provider for strongSwan's charon that installs nothing and writes down everything.
 *
 * It lets a test run charon as an IKEv2 peer on a machine whose kernel has no ESP, without the forced UDP
 * encapsulation of kernel-libipsec, and hands the negotiated keys to the test, byte for byte.
 *
 * strongswan.conf, section charon.plugins.keyway-stub:
 *   log      file that gets one JSON object a line (required; created with mode 0600)
 *   control  FIFO made by the test; a line in it is a command (optional):
 *              expire soft|hard SPI DST   raise an expire for an inbound or outbound SA (SPI in hex)
 *              acquire REQID              raise an acquire for a trap policy
 *              fail add_sa|get_spi N      let the next N calls fail
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <daemon.h>
#include <kernel/kernel_ipsec.h>
#include <library.h>
#include <threading/thread.h>

#include "stub_log.h"

#ifndef ME
#error "configure strongSwan with --enable-mediation: Debian's charon has it, and it moves members of daemon_t"
#endif

typedef struct {
  plugin_t plugin;
  thread_t *control;
  int control_fd;
  atomic_bool stop;
} stub_plugin_t;

static atomic_uint next_spi;
static atomic_int fail_add_sa;
static atomic_int fail_get_spi;

static void put_address(stub_line *line, const char *name, chunk_t address) {
  char text[INET6_ADDRSTRLEN] = "";

  if (address.len == 4 || address.len == 16) {
    inet_ntop(address.len == 4 ? AF_INET : AF_INET6, address.ptr, text, sizeof(text));
  }
  stub_text(line, name, text);
}

static void put_host(stub_line *line, const char *name, const char *port_name, host_t *host) {
  put_address(line, name, host ? host->get_address(host) : chunk_empty);
  if (port_name && host) {
    stub_number(line, port_name, host->get_port(host));
  }
}

static void put_spi(stub_line *line, const char *name, uint32_t spi) {
  /* charon keeps SPIs in network order, so the octets in memory are those of the wire. */
  stub_hex(line, name, (const uint8_t *)&spi, sizeof(spi));
}

static void put_selector(stub_line *line, const char *name, traffic_selector_t *ts) {
  stub_open(line, name, '{');
  if (ts) {
    put_address(line, "from", ts->get_from_address(ts));
    put_address(line, "to", ts->get_to_address(ts));
    stub_number(line, "protocol", ts->get_protocol(ts));
    stub_number(line, "from_port", ts->get_from_port(ts));
    stub_number(line, "to_port", ts->get_to_port(ts));
  }
  stub_close(line, '}');
}

static void put_selectors(stub_line *line, const char *name, linked_list_t *list) {
  stub_open(line, name, '[');
  if (list) {
    enumerator_t *all = list->create_enumerator(list);
    traffic_selector_t *ts;

    while (all->enumerate(all, &ts)) {
      put_selector(line, NULL, ts);
    }
    all->destroy(all);
  }
  stub_close(line, ']');
}

static const char *mode_name(ipsec_mode_t mode) {
  switch (mode) {
    case MODE_TRANSPORT:
      return "transport";
    case MODE_TUNNEL:
      return "tunnel";
    case MODE_BEET:
      return "beet";
    case MODE_PASS:
      return "pass";
    case MODE_DROP:
      return "drop";
    default:
      return "none";
  }
}

static void put_sa_id(stub_line *line, kernel_ipsec_sa_id_t *id) {
  put_spi(line, "spi", id->spi);
  put_host(line, "src", "src_port", id->src);
  put_host(line, "dst", "dst_port", id->dst);
  stub_number(line, "protocol", id->proto);
}

/* True when a test asked for this call to fail; counts the request down. */
static bool take(atomic_int *budget) {
  int left = atomic_load(budget);

  while (left > 0) {
    if (atomic_compare_exchange_weak(budget, &left, left - 1)) {
      return true;
    }
  }
  return false;
}

METHOD(kernel_ipsec_t, get_features, kernel_feature_t, kernel_ipsec_t *this) {
  return KERNEL_ESP_V3_TFC | KERNEL_POLICY_SPI;
}

METHOD(kernel_ipsec_t, get_spi, status_t, kernel_ipsec_t *this, host_t *src, host_t *dst, uint8_t protocol,
       uint32_t *spi) {
  stub_line line;
  bool fails = take(&fail_get_spi);

  *spi = htonl(KERNEL_SPI_MIN + atomic_fetch_add(&next_spi, 1) % (KERNEL_SPI_MAX - KERNEL_SPI_MIN));
  stub_begin(&line, "get_spi");
  put_host(&line, "src", NULL, src);
  put_host(&line, "dst", NULL, dst);
  stub_number(&line, "protocol", protocol);
  put_spi(&line, "spi", *spi);
  stub_bool(&line, "failed", fails);
  stub_end(&line);
  return fails ? FAILED : SUCCESS;
}

METHOD(kernel_ipsec_t, get_cpi, status_t, kernel_ipsec_t *this, host_t *src, host_t *dst, uint16_t *cpi) {
  return NOT_SUPPORTED;
}

METHOD(kernel_ipsec_t, add_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id,
       kernel_ipsec_add_sa_t *data) {
  stub_line line;
  bool fails = take(&fail_add_sa);

  stub_begin(&line, "add_sa");
  put_sa_id(&line, id);
  stub_number(&line, "reqid", data->reqid);
  stub_text(&line, "mode", mode_name(data->mode));
  stub_number(&line, "enc_alg", data->enc_alg);
  stub_hex(&line, "enc_key", data->enc_key.ptr, data->enc_key.len);
  stub_number(&line, "int_alg", data->int_alg);
  stub_hex(&line, "int_key", data->int_key.ptr, data->int_key.len);
  stub_bool(&line, "esn", data->esn);
  stub_bool(&line, "encap", data->encap);
  stub_number(&line, "replay_window", data->replay_window);
  stub_bool(&line, "inbound", data->inbound);
  stub_bool(&line, "initiator", data->initiator);
  stub_bool(&line, "update", data->update);
  if (data->lifetime) {
    stub_open(&line, "lifetime", '{');
    stub_number(&line, "time_rekey", data->lifetime->time.rekey);
    stub_number(&line, "time_life", data->lifetime->time.life);
    stub_number(&line, "bytes_rekey", data->lifetime->bytes.rekey);
    stub_number(&line, "bytes_life", data->lifetime->bytes.life);
    stub_number(&line, "packets_rekey", data->lifetime->packets.rekey);
    stub_number(&line, "packets_life", data->lifetime->packets.life);
    stub_close(&line, '}');
  }
  put_selectors(&line, "src_ts", data->src_ts);
  put_selectors(&line, "dst_ts", data->dst_ts);
  stub_bool(&line, "failed", fails);
  stub_end(&line);
  return fails ? FAILED : SUCCESS;
}

METHOD(kernel_ipsec_t, update_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id,
       kernel_ipsec_update_sa_t *data) {
  stub_line line;

  stub_begin(&line, "update_sa");
  put_sa_id(&line, id);
  put_host(&line, "new_src", "new_src_port", data->new_src);
  put_host(&line, "new_dst", "new_dst_port", data->new_dst);
  stub_bool(&line, "new_encap", data->new_encap);
  stub_end(&line);
  return SUCCESS;
}

METHOD(kernel_ipsec_t, query_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id,
       kernel_ipsec_query_sa_t *data, uint64_t *bytes, uint64_t *packets, time_t *time) {
  /* Not logged: DPD and list-sas ask often. Nothing ever passed, so DPD always probes. */
  if (bytes) {
    *bytes = 0;
  }
  if (packets) {
    *packets = 0;
  }
  if (time) {
    *time = 0;
  }
  return SUCCESS;
}

METHOD(kernel_ipsec_t, del_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id,
       kernel_ipsec_del_sa_t *data) {
  stub_line line;

  stub_begin(&line, "del_sa");
  put_sa_id(&line, id);
  stub_end(&line);
  return SUCCESS;
}

static void log_policy(const char *event, kernel_ipsec_policy_id_t *id, kernel_ipsec_manage_policy_t *data) {
  static const char *const directions[] = {"in", "out", "fwd"};
  static const char *const types[] = {"?", "ipsec", "pass", "drop"};
  stub_line line;

  stub_begin(&line, event);
  stub_text(&line, "direction", id->dir <= POLICY_FWD ? directions[id->dir] : "?");
  put_selector(&line, "src_ts", id->src_ts);
  put_selector(&line, "dst_ts", id->dst_ts);
  stub_text(&line, "type", data->type <= POLICY_DROP ? types[data->type] : "?");
  stub_number(&line, "priority", data->prio);
  put_host(&line, "src", NULL, data->src);
  put_host(&line, "dst", NULL, data->dst);
  if (data->sa) {
    stub_text(&line, "mode", mode_name(data->sa->mode));
    stub_number(&line, "reqid", data->sa->reqid);
    put_spi(&line, "spi", data->sa->esp.spi);
  }
  stub_end(&line);
}

METHOD(kernel_ipsec_t, add_policy, status_t, kernel_ipsec_t *this, kernel_ipsec_policy_id_t *id,
       kernel_ipsec_manage_policy_t *data) {
  log_policy("add_policy", id, data);
  return SUCCESS;
}

METHOD(kernel_ipsec_t, query_policy, status_t, kernel_ipsec_t *this, kernel_ipsec_policy_id_t *id,
       kernel_ipsec_query_policy_t *data, time_t *use_time) {
  *use_time = 0;
  return SUCCESS;
}

METHOD(kernel_ipsec_t, del_policy, status_t, kernel_ipsec_t *this, kernel_ipsec_policy_id_t *id,
       kernel_ipsec_manage_policy_t *data) {
  log_policy("del_policy", id, data);
  return SUCCESS;
}

METHOD(kernel_ipsec_t, flush_sas, status_t, kernel_ipsec_t *this) {
  stub_line line;

  stub_begin(&line, "flush_sas");
  stub_end(&line);
  return SUCCESS;
}

METHOD(kernel_ipsec_t, flush_policies, status_t, kernel_ipsec_t *this) {
  stub_line line;

  stub_begin(&line, "flush_policies");
  stub_end(&line);
  return SUCCESS;
}

METHOD(kernel_ipsec_t, bypass_socket, bool, kernel_ipsec_t *this, int fd, int family) { return TRUE; }

METHOD(kernel_ipsec_t, enable_udp_decap, bool, kernel_ipsec_t *this, int fd, int family, uint16_t port) {
  return TRUE;
}

METHOD(kernel_ipsec_t, destroy, void, kernel_ipsec_t *this) { free(this); }

static kernel_ipsec_t *stub_ipsec_create(void) {
  kernel_ipsec_t *this;

  INIT(this, .get_features = _get_features, .get_spi = _get_spi, .get_cpi = _get_cpi, .add_sa = _add_sa,
       .update_sa = _update_sa, .query_sa = _query_sa, .del_sa = _del_sa, .flush_sas = _flush_sas,
       .add_policy = _add_policy, .query_policy = _query_policy, .del_policy = _del_policy,
       .flush_policies = _flush_policies, .bypass_socket = _bypass_socket,
       .enable_udp_decap = _enable_udp_decap, .destroy = _destroy, );
  return this;
}

/* Returns NULL when the command was understood, else what was wrong with it. */
static const char *obey(char *command) {
  char kind[8], address[INET6_ADDRSTRLEN], call[16];
  unsigned spi, reqid;
  int count;

  if (sscanf(command, "expire %7s %x %45s", kind, &spi, address) == 3) {
    bool hard = streq(kind, "hard");
    host_t *dst = host_create_from_string(address, 0);

    if (!hard && !streq(kind, "soft")) {
      DESTROY_IF(dst);
      return "expire soft|hard SPI DST";
    }
    if (!dst) {
      return "DST is not an address";
    }
    charon->kernel->expire(charon->kernel, IPPROTO_ESP, htonl(spi), dst, hard);
    dst->destroy(dst);
    return NULL;
  }
  if (sscanf(command, "acquire %u", &reqid) == 1) {
    kernel_acquire_data_t data = {};

    charon->kernel->acquire(charon->kernel, reqid, &data);
    return NULL;
  }
  if (sscanf(command, "fail %15s %d", call, &count) == 2) {
    if (streq(call, "add_sa")) {
      atomic_store(&fail_add_sa, count);
      return NULL;
    }
    if (streq(call, "get_spi")) {
      atomic_store(&fail_get_spi, count);
      return NULL;
    }
  }
  return "unknown command";
}

static void *listen_to_control(stub_plugin_t *this) {
  char buffer[512];
  size_t held = 0;

  while (!atomic_load(&this->stop)) {
    struct pollfd wait = {.fd = this->control_fd, .events = POLLIN};
    ssize_t got;
    char *end;

    /* A short time limit rather than thread cancellation: destroy() must not interrupt an expire half-way. */
    if (poll(&wait, 1, 50) <= 0 || !(wait.revents & POLLIN)) {
      continue;
    }
    got = read(this->control_fd, buffer + held, sizeof(buffer) - 1 - held);
    if (got <= 0) {
      continue;
    }
    held += got;
    buffer[held] = '\0';
    while ((end = strchr(buffer, '\n'))) {
      stub_line line;
      const char *wrong;

      *end = '\0';
      wrong = obey(buffer);
      stub_begin(&line, "control");
      stub_text(&line, "command", buffer);
      stub_text(&line, "error", wrong ? wrong : "");
      stub_end(&line);
      held -= end + 1 - buffer;
      memmove(buffer, end + 1, held + 1);
    }
    if (held == sizeof(buffer) - 1) {
      held = 0;
    }
  }
  return NULL;
}

METHOD(plugin_t, get_name, char *, plugin_t *this) { return "keyway-stub"; }

METHOD(plugin_t, plugin_features, int, plugin_t *this, plugin_feature_t *features[]) {
  static plugin_feature_t provided[] = {
      PLUGIN_CALLBACK(kernel_ipsec_register, stub_ipsec_create),
      PLUGIN_PROVIDE(CUSTOM, "kernel-ipsec"),
  };
  *features = provided;
  return countof(provided);
}

METHOD(plugin_t, plugin_destroy, void, stub_plugin_t *this) {
  stub_line line;

  atomic_store(&this->stop, true);
  if (this->control) {
    this->control->join(this->control);
    close(this->control_fd);
  }
  stub_begin(&line, "stop");
  stub_end(&line);
  stub_log_close();
  free(this);
}

/* charon looks this symbol up by the plugin's name. */
plugin_t *keyway_stub_plugin_create(void);

plugin_t *keyway_stub_plugin_create(void) {
  char *log = lib->settings->get_str(lib->settings, "%s.plugins.keyway-stub.log", NULL, lib->ns);
  char *control = lib->settings->get_str(lib->settings, "%s.plugins.keyway-stub.control", NULL, lib->ns);
  stub_plugin_t *this;
  stub_line line;
  rng_t *rng;
  uint32_t start = 0;

  if (!log) {
    DBG1(DBG_KNL, "keyway-stub: set charon.plugins.keyway-stub.log to the file for its JSON lines");
    return NULL;
  }
  if (!stub_log_open(log)) {
    DBG1(DBG_KNL, "keyway-stub: cannot write %s: %s", log, strerror(errno));
    return NULL;
  }
  INIT(this,
       .plugin = {
           .get_name = _get_name,
           .get_features = _plugin_features,
           .destroy = _plugin_destroy,
       },
       .control_fd = -1, );
  /* Two charons that start at the same SPI would hide a mix-up of directions in the test. */
  rng = lib->crypto->create_rng(lib->crypto, RNG_WEAK);
  if (rng) {
    (void)!rng->get_bytes(rng, sizeof(start), (uint8_t *)&start);
    rng->destroy(rng);
  } else {
    start = (uint32_t)getpid() * 7919u;
  }
  atomic_store(&next_spi, start & 0x07ffffff);
  if (control) {
    /* Read and write, so that the FIFO never reports end of file between two writers. */
    this->control_fd = open(control, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (this->control_fd < 0) {
      DBG1(DBG_KNL, "keyway-stub: cannot open FIFO %s: %s", control, strerror(errno));
    } else {
      this->control = thread_create((thread_main_t)listen_to_control, this);
    }
  }
  stub_begin(&line, "start");
  stub_text(&line, "version", VERSION);
  stub_number(&line, "sizeof_daemon", sizeof(daemon_t));
  stub_number(&line, "pid", getpid());
  stub_end(&line);
  return &this->plugin;
}
