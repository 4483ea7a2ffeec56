package io.keyway.plane.infrap4d.device;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.protocol.p4runtime.Uint128;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A device over gRPC: one channel (or two, for two addresses) and one stream of each service. */
final class GrpcDevice implements Device {

  /** What the public client takes for "no SPI"; the first number outside the index space. */
  private static final long INVALID_SA = 0x1000000;

  private final Infrap4dSettings settings;
  private final Channels channels;
  private final DeviceListener listener;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final P4RuntimeClient p4runtime;
  private final GnmiClient gnmi;
  private final Arbitration arbitration;
  private final ExpiryWatch expiries;
  private volatile Pipeline pipeline;

  GrpcDevice(Infrap4dSettings settings, Channels channels, DeviceListener listener) {
    this.settings = settings;
    this.channels = channels;
    this.listener = listener;
    this.p4runtime = new P4RuntimeClient(settings, channels.p4runtime());
    this.gnmi = new GnmiClient(settings, channels.gnmi());
    this.arbitration = new Arbitration(settings, this::lost);
    this.expiries = new ExpiryWatch(settings, this::lost, listener::expired);
  }

  /** The program first, because the role names its tables; then the lead; then the events. */
  void start(Uint128 electionId) throws DeviceException {
    pipeline = p4runtime.fetchPipeline();
    p4runtime.leading(arbitration.lead(channels.p4runtime(), pipeline, electionId));
    expiries.start(channels.gnmi());
  }

  private void lost(DeviceException why) {
    if (ended.compareAndSet(false, true)) {
      listener.lost(why);
    }
  }

  @Override
  public Pipeline pipeline() {
    return pipeline;
  }

  @Override
  public List<RowResult> write(List<RowOp> ops) {
    if (ended.get()) {
      return Collections.nCopies(
          ops.size(), new RowResult(RowResult.Kind.UNAVAILABLE, "contact was lost before"));
    }
    return p4runtime.write(pipeline, ops);
  }

  @Override
  public List<Outcome> insert(List<SaInsert> sas) {
    return unlessEnded(sas.size(), () -> gnmi.insert(sas));
  }

  @Override
  public List<Outcome> delete(List<SaRef> sas) {
    return unlessEnded(sas.size(), () -> gnmi.delete(sas));
  }

  private List<Outcome> unlessEnded(int count, Supplier<List<Outcome>> call) {
    return ended.get()
        ? Collections.nCopies(count, Outcome.unavailable("contact with the device was lost before"))
        : call.get();
  }

  @Override
  public Map<RowKey, DeviceRow> read(Set<IpsecTable> tables) throws DeviceException {
    requireAlive();
    return p4runtime.read(pipeline, tables);
  }

  @Override
  public Map<RowKey, Usage> counters(IpsecTable table) throws DeviceException {
    requireAlive();
    return p4runtime.counters(pipeline, table);
  }

  @Override
  public long readSpi() throws DeviceException {
    requireAlive();
    long number = gnmi.readSpiNumber();
    if (number == 0) {
      throw new DeviceException(
          DeviceException.Kind.REFUSED,
          "infrap4d at "
              + settings.gnmi()
              + " has no SPI for us (it answered 0): is the pipeline set, and the fixed function"
              + " 'crypto' configured in es2k_skip_p4.conf?");
    }
    if (number == INVALID_SA || number < 0 || number > 0xFFFF_FFFFL) {
      throw new DeviceException(
          DeviceException.Kind.REFUSED,
          "infrap4d at " + settings.gnmi() + " gave " + number + ", which is no SPI");
    }
    int bits = (int) number;
    return Integer.toUnsignedLong(
        settings.quirks().spiSwapped() ? Integer.reverseBytes(bits) : bits);
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
