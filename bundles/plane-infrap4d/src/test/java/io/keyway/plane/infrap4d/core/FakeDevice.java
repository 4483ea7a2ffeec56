package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.TestProgram;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceConnector;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.DeviceListener;
import io.keyway.plane.infrap4d.device.RowOp;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.device.SaInsert;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.PipelineException;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/** Tables and a SAD in memory that fail on order, and change rows of a Write in any order. */
final class FakeDevice implements DeviceConnector {

  final Map<RowKey, RowAction> rows = new HashMap<>();
  final Map<SaRef, Long> sas = new LinkedHashMap<>();
  final List<List<RowOp>> writes = new ArrayList<>();
  final List<String> log = new ArrayList<>();
  final List<SaInsert> inserts = new ArrayList<>();
  private final Random order;
  Function<RowOp, RowResult> rowFault = op -> null;
  Function<SaInsert, Outcome> insertFault = sa -> null;
  Function<SaRef, Outcome> deleteFault = sa -> null;
  DeviceException connectFault;
  DeviceException readFault;
  Runnable afterEachRow = () -> {};

  /** Called before and after each change: may end the process, as it were. */
  Runnable fuse = () -> {};

  long nextSpi = 0x01000101L;
  long cookie = 1;
  DeviceListener listener;
  boolean leads = true;
  final Map<RowKey, Usage> counted = new HashMap<>();
  int counterReads;
  List<String> warnings = List.of();
  int connects;
  int spiReads;
  int spiCalls;

  FakeDevice(long seed) {
    this.order = new Random(seed);
  }

  @Override
  public Device connect(long attempt, DeviceListener to) throws DeviceException {
    connects++;
    if (connectFault != null) {
      throw connectFault;
    }
    listener = to;
    return new Session();
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public void close() {
    log.add("END");
  }

  /** Contact is lost; what is on the device stays. */
  void lose() {
    listener.lost(new DeviceException(DeviceException.Kind.UNREACHABLE, "the test cut the cord"));
  }

  void restart() {
    rows.clear();
    sas.clear();
  }

  static RowResult fault(RowResult.Kind kind) {
    return new RowResult(kind, "on order");
  }

  private final class Session implements Device {
    private final Pipeline pipeline;

    Session() {
      try {
        pipeline = new Pipeline(TestProgram.info(), cookie);
      } catch (PipelineException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Pipeline pipeline() {
      return pipeline;
    }

    @Override
    public List<RowResult> write(List<RowOp> ops) {
      writes.add(ops);
      List<Integer> shuffled = new ArrayList<>();
      for (int i = 0; i < ops.size(); i++) {
        shuffled.add(i);
      }
      Collections.shuffle(shuffled, order);
      RowResult[] results = new RowResult[ops.size()];
      for (int i : shuffled) {
        results[i] = one(ops.get(i));
        afterEachRow.run();
        fuse.run();
      }
      return List.of(results);
    }

    private RowResult one(RowOp op) {
      log.add(op.type() + " " + op.key().table().shortName());
      fuse.run();
      RowResult fault = rowFault.apply(op);
      if (fault != null) {
        return fault;
      }
      boolean there = rows.containsKey(op.key());
      switch (op.type()) {
        case INSERT -> {
          if (there) {
            return fault(RowResult.Kind.EXISTS);
          }
          rows.put(op.key(), op.action().orElseThrow());
        }
        case MODIFY -> {
          if (!there) {
            return fault(RowResult.Kind.MISSING);
          }
          rows.put(op.key(), op.action().orElseThrow());
        }
        case DELETE -> {
          if (!there) {
            return fault(RowResult.Kind.MISSING);
          }
          rows.remove(op.key());
        }
      }
      return RowResult.DONE;
    }

    @Override
    public List<Outcome> insert(List<SaInsert> all) {
      List<Outcome> outcomes = new ArrayList<>();
      for (SaInsert sa : all) {
        fuse.run();
        inserts.add(sa);
        log.add("SET " + sa.ref());
        Outcome fault = insertFault.apply(sa);
        if (fault == null && sas.putIfAbsent(sa.ref(), sa.spi()) != null) {
          fault = Outcome.unavailable("duplicate");
        }
        outcomes.add(fault == null ? Outcome.ok() : fault);
        fuse.run();
      }
      return outcomes;
    }

    @Override
    public List<Outcome> delete(List<SaRef> all) {
      List<Outcome> outcomes = new ArrayList<>();
      for (SaRef sa : all) {
        fuse.run();
        log.add("DELETE " + sa);
        Outcome fault = deleteFault.apply(sa);
        outcomes.add(
            fault != null
                ? fault
                : sas.remove(sa) == null ? Outcome.absent("not there") : Outcome.ok());
        fuse.run();
      }
      return outcomes;
    }

    @Override
    public Map<RowKey, DeviceRow> read(Set<IpsecTable> tables) throws DeviceException {
      if (readFault != null) {
        throw readFault;
      }
      Map<RowKey, DeviceRow> result = new HashMap<>();
      rows.forEach(
          (key, action) -> {
            if (tables.contains(key.table())) {
              result.put(
                  key,
                  new DeviceRow(
                      key, Optional.of(action), action.action().fullName(), action.print()));
            }
          });
      return result;
    }

    @Override
    public Optional<DeviceRow> read(RowKey key) throws DeviceException {
      return Optional.ofNullable(read(Set.of(key.table())).get(key));
    }

    @Override
    public Map<RowKey, Usage> counters(Set<IpsecTable> tables) {
      counterReads++;
      Map<RowKey, Usage> result = new HashMap<>();
      counted.forEach(
          (key, usage) -> {
            if (tables.contains(key.table()) && rows.containsKey(key)) {
              result.put(key, usage);
            }
          });
      return result;
    }

    @Override
    public boolean leads() {
      return leads;
    }

    @Override
    public String standby() {
      return "another controller leads";
    }

    @Override
    public void lead() {
      log.add("LEAD");
    }

    @Override
    public void watchExpiries() {
      log.add("WATCH");
    }

    @Override
    public List<Long> readSpis(int count) throws DeviceException {
      if (nextSpi == 0) {
        throw new DeviceException(DeviceException.Kind.REFUSED, "it answered 0");
      }
      List<Long> spis = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        spiReads++;
        spis.add(nextSpi++);
      }
      spiCalls++;
      return spis;
    }

    @Override
    public long probe() {
      return cookie;
    }

    @Override
    public void close() {
      log.add("CLOSE");
    }
  }
}
