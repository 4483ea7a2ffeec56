package io.keyway.plane.infrap4d.device;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.protocol.p4runtime.Uint128;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A device over gRPC: one channel (or two, for two addresses) and one stream of each service.
 *
 * <p>Whether we lead is checked ahead of every message that changes something, not only of every
 * call, so that on demotion a batch on its way stops where it is. What has left already P4Runtime
 * refuses by its election id; gNMI knows nothing of the kind, so Sets on their way are given up
 * then, and may or may not have been done.
 */
final class GrpcDevice implements Device {

  private final Infrap4dSettings settings;
  private final Channels channels;
  private final DeviceListener listener;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final P4RuntimeClient p4runtime;
  private final GnmiClient gnmi;
  private final Arbitration arbitration;
  private final ExpiryWatch expiries;
  private volatile Pipeline pipeline;
  private volatile boolean leads;
  private volatile String standby = "no controller leads yet";
  private volatile boolean started;
  private volatile boolean fresh;
  private boolean watching;

  GrpcDevice(
      Infrap4dSettings settings,
      Channels channels,
      Election election,
      long attempt,
      DeviceListener listener) {
    this.settings = settings;
    this.channels = channels;
    this.listener = listener;
    this.p4runtime = new P4RuntimeClient(settings, channels.p4runtime(), this::mayWrite);
    this.gnmi = new GnmiClient(settings, channels.gnmi(), this::mayWrite);
    this.arbitration = new Arbitration(settings, election, attempt, new Lead());
    this.expiries = new ExpiryWatch(settings, this::lost, listener::expired);
  }

  /** What the stream says about the lead. */
  private final class Lead implements Arbitration.Listener {
    @Override
    public void leading(Uint128 electionId) {
      p4runtime.leading(electionId);
      boolean before = leads;
      leads = true;
      if (!before && started) {
        fresh = false;
        listener.leading();
      }
    }

    @Override
    public void standby(String why) {
      boolean before = leads;
      leads = false;
      standby = why;
      gnmi.halt();
      if (before || started) {
        listener.standby(why);
      }
    }

    @Override
    public void lost(DeviceException why) {
      GrpcDevice.this.lost(why);
    }
  }

  /** The program first, because the role names its tables; then the lead. */
  void start() throws DeviceException {
    pipeline = p4runtime.fetchPipeline();
    fresh = true;
    arbitration.open(channels.p4runtime(), pipeline);
    started = true;
  }

  private boolean mayWrite() {
    return leads && !ended.get();
  }

  @Override
  public boolean leads() {
    return mayWrite();
  }

  @Override
  public String standby() {
    return standby;
  }

  @Override
  public void lead() throws DeviceException {
    if (fresh) {
      return;
    }
    Pipeline now = p4runtime.fetchPipeline();
    if (!now.sameShape(pipeline)) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE,
          "infrap4d at "
              + settings.p4runtime()
              + " got another program while this controller stood by; connecting anew");
    }
    pipeline = now;
    fresh = true;
  }

  @Override
  public void watchExpiries() throws DeviceException {
    if (!watching) {
      expiries.start(channels.gnmi());
      watching = true;
    }
  }

  private void lost(DeviceException why) {
    if (ended.compareAndSet(false, true)) {
      gnmi.halt();
      listener.lost(why);
    }
  }

  @Override
  public Pipeline pipeline() {
    return pipeline;
  }

  @Override
  public List<RowResult> write(List<RowOp> ops) {
    return p4runtime.write(pipeline, ops);
  }

  @Override
  public List<Outcome> insert(List<SaInsert> sas) {
    return gnmi.insert(sas);
  }

  @Override
  public List<Outcome> delete(List<SaRef> sas) {
    return gnmi.delete(sas);
  }

  @Override
  public Map<RowKey, DeviceRow> read(Set<IpsecTable> tables) throws DeviceException {
    requireAlive();
    return p4runtime.read(pipeline, tables);
  }

  @Override
  public Optional<DeviceRow> read(RowKey key) throws DeviceException {
    requireAlive();
    return p4runtime.read(pipeline, key);
  }

  @Override
  public Map<RowKey, Usage> counters(Set<IpsecTable> tables) throws DeviceException {
    requireAlive();
    return p4runtime.counters(pipeline, tables);
  }

  @Override
  public List<Long> readSpis(int count) throws DeviceException {
    requireAlive();
    if (!leads) {
      throw new DeviceException(DeviceException.Kind.NOT_PRIMARY, standby);
    }
    return gnmi.readSpis(count);
  }

  @Override
  public long probe() throws DeviceException {
    requireAlive();
    return p4runtime.fetchCookie();
  }

  private void requireAlive() throws DeviceException {
    if (ended.get()) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE, "contact with the device was lost");
    }
  }

  @Override
  public void close() {
    ended.set(true);
    arbitration.close();
    expiries.close();
    channels.close();
  }
}
