package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Emulators and clients of one test, all on loopback, all closed with it. */
final class Bed implements AutoCloseable {
  final Wire wire = new Wire("wire", InstantSource.system());

  /** Closes without a checked exception. */
  interface Closer {
    void close();
  }

  private final List<Closer> open = new ArrayList<>();

  Emulator device() throws IOException {
    return device(EmulatorConfig.onLoopback("a", "wire"));
  }

  Emulator device(EmulatorConfig config) throws IOException {
    Emulator emulator = new Emulator(config, wire, new SecureRandom(), InstantSource.system());
    open.add(emulator::close);
    emulator.start();
    return emulator;
  }

  RawClient client(Emulator emulator) {
    RawClient client = new RawClient(emulator.addresses().get(0));
    open.add(client::close);
    return client;
  }

  /** Waits until something holds that will hold soon. */
  static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come true within 20 s");
      }
      Thread.sleep(20);
    }
  }

  void closing(Closer closer) {
    open.add(closer);
  }

  @Override
  public void close() {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    wire.stopCapture();
  }
}
