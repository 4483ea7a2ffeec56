package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Spi;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceConnector;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.DeviceListener;
import io.keyway.plane.infrap4d.device.ExpiryText;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.PlaneThread;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contact with one device: made, led, stood by, lost and made again. On the plane's thread, but for
 * what the connection itself tells.
 */
final class Session {

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** Who works with the device while we lead. */
  interface Work {

    /** All is compared: from now on changes can be applied. */
    void begin();

    /** Nothing more may be sent; what waits is answered with the reason. */
    void end(String why);

    /** We keep contact, and change nothing. */
    void standBy(String why);
  }

  private final Parts parts;
  private final String plane;
  private final DeviceConnector connector;
  private final PlaneThread thread;
  private final PlaneMemory memory;
  private final Events events;
  private final Warnings warnings;
  private final StatusBoard board;
  private final Attempts attempts;
  private final Work work;

  private Device device;
  private Link link;
  private boolean remembered;
  private Optional<String> ledByAnother = Optional.empty();
  private volatile boolean closing;

  Session(
      Parts parts,
      DeviceConnector connector,
      PlaneThread thread,
      PlaneMemory memory,
      Attempts attempts,
      Events events,
      Warnings warnings,
      StatusBoard board,
      Work work) {
    this.parts = parts;
    this.plane = parts.settings.name();
    this.connector = connector;
    this.thread = thread;
    this.memory = memory;
    this.events = events;
    this.warnings = warnings;
    this.board = board;
    this.attempts = attempts;
    this.work = work;
  }

  /** What the connection of one attempt tells; of a former attempt nobody listens any more. */
  private final class Link implements DeviceListener {
    @Override
    public void lost(DeviceException why) {
      thread.submit(() -> onLost(this, why));
    }

    @Override
    public void standby(String why) {
      thread.submit(() -> onStandby(this, why));
    }

    @Override
    public void leading() {
      thread.submit(() -> onLeading(this));
    }

    @Override
    public void expired(ExpiryText event) {
      thread.submit(() -> onExpired(event));
    }
  }

  /** The device, when changes can be applied. */
  Optional<Device> ready() {
    return board.status().ready() ? Optional.ofNullable(device) : Optional.empty();
  }

  /** The device, as long as there is contact. */
  Optional<Device> device() {
    return Optional.ofNullable(device);
  }

  /** Takes over what an earlier life noted; without a memory there must be no contact. */
  private void remember() throws DeviceException {
    if (memory.life() == 0) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE,
          "waiting for service state, which remembers what is on the device");
    }
    if (!remembered) {
      remembered = true;
      parts.reconciler.restore();
    }
  }

  void connect() {
    if (closing || device != null) {
      return;
    }
    Link mine = new Link();
    link = mine;
    warnings.look();
    try {
      remember();
      device = connector.connect(attempts.next(), mine);
      board.device(Optional.of(device));
      attempts.connected();
    } catch (DeviceException e) {
      onLost(mine, e);
      return;
    } catch (RuntimeException e) {
      bug(mine, e);
      return;
    }
    if (device.leads()) {
      lead(mine);
    } else {
      standBy(device.standby());
    }
  }

  private void bug(Link mine, RuntimeException e) {
    LOG.error("data plane {}: a bug at contact", plane, e);
    onLost(mine, new DeviceException(DeviceException.Kind.REFUSED, "internal error: " + e));
  }

  /** Holds first, for nothing on the device may be as we left it; then everything else. */
  private void lead(Link mine) {
    try {
      board.publish(Connection.RECONCILING, "what is on the device is being compared");
      device.lead();
      Optional<String> lost = parts.holds.restore(device);
      board.refresh();
      device.watchExpiries();
      parts.reconciler.contact(device, lost.or(() -> ledByAnother));
    } catch (DeviceException e) {
      onLost(mine, e);
      return;
    } catch (RuntimeException e) {
      bug(mine, e);
      return;
    }
    if (!device.leads()) {
      standBy(device.standby());
      return;
    }
    ledByAnother = Optional.empty();
    attempts.ready();
    parts.holds.seenGood();
    // By now the device's certificate is known too.
    warnings.lookNow();
    board.publish(Connection.READY, "");
    LOG.info(
        "data plane {}: ready, program {}, generation {}",
        plane,
        device.pipeline().program(),
        parts.reconciler.generation());
    events.emit(new PlaneEvent.Up(parts.reconciler.generation()));
    work.begin();
  }

  /** Keeps contact, and changes nothing. */
  private void standBy(String why) {
    boolean news = board.status().ready() || !board.status().reason().equals(why);
    // Whoever leads may have changed anything, and SAs cannot be read back.
    ledByAnother = Optional.of(why);
    board.publish(Connection.NOT_PRIMARY, why);
    work.standBy(why);
    if (news) {
      LOG.warn("data plane {}: {}", plane, why);
      events.emit(new PlaneEvent.Down(why));
    }
  }

  private void onStandby(Link from, String why) {
    if (from != link || device == null) {
      return;
    }
    // Also when we lead again by now: somebody else did meanwhile.
    standBy(why);
    if (device.leads()) {
      lead(from);
    }
  }

  private void onLeading(Link from) {
    if (from == link && device != null && device.leads() && !board.status().ready()) {
      LOG.info("data plane {}: this controller leads now", plane);
      lead(from);
    }
  }

  /** Whoever talks to the device finds that it does not answer as it should. */
  void lost(DeviceException why) {
    onLost(link, why);
  }

  private void onLost(Link from, DeviceException why) {
    if (from != link || closing) {
      return;
    }
    boolean ready = board.status().ready();
    boolean news = !board.status().reason().equals(why.getMessage());
    if (ready) {
      attempts.ready();
      parts.holds.contactLost();
    }
    dropDevice("contact with infrap4d was lost");
    board.publish(
        switch (why.kind()) {
          case NO_PIPELINE -> Connection.NO_PIPELINE;
          case NOT_PRIMARY -> Connection.NOT_PRIMARY;
          case UNREACHABLE, REFUSED -> Connection.DOWN;
        },
        why.getMessage());
    Duration pause = attempts.pause(why.kind());
    if (news) {
      LOG.warn("data plane {}: {}", plane, why.getMessage());
    }
    LOG.debug("data plane {}: next attempt in {} ms", plane, pause.toMillis());
    if (ready || news) {
      events.emit(new PlaneEvent.Down(why.getMessage()));
    }
    thread.later(pause, this::connect);
  }

  private void dropDevice(String why) {
    link = null;
    if (device != null) {
      device.close();
      device = null;
      board.device(Optional.empty());
    }
    work.end(why);
  }

  private void onExpired(ExpiryText event) {
    if (!board.status().ready()) {
      return;
    }
    if (event.spi() < 256) {
      LOG.warn("data plane {}: an expiry names SPI {}", plane, event.spi());
      return;
    }
    events.emit(new PlaneEvent.Expired(new Spi(event.spi()), event.destination(), !event.soft()));
  }

  /** Ends the session; the device keeps everything. */
  void close() {
    closing = true;
    String why = "data plane " + plane + " is closed";
    dropDevice(why);
    connector.close();
    board.publish(Connection.DOWN, why);
  }
}
