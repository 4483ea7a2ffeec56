package io.keyway.northbound.device;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.northbound.Services;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.odl.ConfigPaths;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.opendaylight.mdsal.dom.api.DOMMountPointService;
import org.opendaylight.mdsal.dom.api.DOMNotificationService;
import org.opendaylight.mdsal.dom.api.DOMSchemaService;
import org.opendaylight.yangtools.concepts.Registration;

/** One mount point below each configured data plane. */
public final class DeviceMounts implements AutoCloseable {

  private final Services services;
  private final ManualSas manual;
  private final DOMMountPointService mounts;
  private final DOMSchemaService model;
  private final Map<String, Mount> registered = new ConcurrentHashMap<>();
  private boolean closed;

  private record Mount(Registration point, ExpiryNotices notices) {
    void close() {
      // First: it is the end of the mount point that tells readers of its notifications to go.
      point.close();
      notices.close();
    }
  }

  /**
   * @param model of a device, with nothing else in it
   */
  public DeviceMounts(
      Services services, ManualSas manual, DOMMountPointService mounts, DOMSchemaService model) {
    this.services = services;
    this.manual = manual;
    this.mounts = mounts;
    this.model = model;
  }

  /** Makes the mount points those of these data planes. */
  public synchronized void planes(Set<String> names) {
    if (closed) {
      return;
    }
    registered
        .entrySet()
        .removeIf(
            mount -> {
              boolean gone = !names.contains(mount.getKey());
              if (gone) {
                mount.getValue().close();
              }
              return gone;
            });
    names.forEach(name -> registered.computeIfAbsent(name, this::mount));
  }

  /** Passes on what a device tells, where its model has a word for it; never waits. */
  public void happened(String plane, PlaneEvent event) {
    Mount mount = registered.get(plane);
    if (mount != null && event instanceof PlaneEvent.Expired expired) {
      mount.notices().expired(expired);
    }
  }

  private Mount mount(String name) {
    ExpiryNotices notices = new ExpiryNotices(name);
    return new Mount(
        mounts
            .createMountPoint(ConfigPaths.entry(new EntryRef(EntryKind.DATA_PLANE, name)))
            .addService(DOMSchemaService.class, model)
            .addService(
                DOMDataBroker.class, new DeviceBroker(new DeviceReader(services, name), manual))
            .addService(DOMNotificationService.class, notices)
            .register(),
        notices);
  }

  @Override
  public synchronized void close() {
    closed = true;
    registered.values().forEach(Mount::close);
    registered.clear();
  }
}
