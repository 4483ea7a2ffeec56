package io.keyway.state.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import io.keyway.state.DurableStateStore;
import io.keyway.state.Quota;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Registers the store. Immediate, because a delayed component would be thrown away, with all it
 * keeps, when its last user goes for an update.
 */
@Component(service = StateStore.class, immediate = true, configurationPid = "io.keyway.state")
@Designate(ocd = OsgiStateStore.Config.class)
public final class OsgiStateStore implements StateStore {

  /** Places and limits; after a change the store is read again from its journal. */
  @ObjectClassDefinition(name = "Keyway state store")
  public @interface Config {
    @AttributeDefinition(
        description = "Journal; default keyway/state/state.journal in Karaf's data directory")
    String file() default "";

    @AttributeDefinition(
        description = "File with the journal's key; default keyway/state.key in Karaf's etc")
    String keyFile() default "";

    @AttributeDefinition(description = "Largest number of owners")
    int owners() default 64;

    @AttributeDefinition(description = "Largest number of records of one owner")
    int recordsPerOwner() default 500_000;

    @AttributeDefinition(description = "Largest sum of one owner's records, in octets")
    long octetsPerOwner() default 512L << 20;
  }

  private final DurableStateStore store;

  @Activate
  public OsgiStateStore(Config config) {
    this.store =
        DurableStateStore.open(
            path(config.file(), "karaf.data", "data", "state", "state.journal"),
            path(config.keyFile(), "karaf.etc", "etc", "", "state.key"),
            new Quota(config.owners(), config.recordsPerOwner(), config.octetsPerOwner()),
            OsgiStateStore::thread);
  }

  private static Path path(
      String configured, String property, String fallback, String directory, String name) {
    return configured.isBlank()
        ? Path.of(System.getProperty(property, fallback), "keyway", directory, name)
        : Path.of(configured);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "keyway-state-journal");
    thread.setDaemon(true);
    return thread;
  }

  @Deactivate
  void deactivate() {
    store.close();
  }

  @Override
  public Outcome put(StateRecord value) {
    return store.put(value);
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return store.get(owner, key);
  }

  @Override
  public Outcome remove(String owner, String key) {
    return store.remove(owner, key);
  }

  @Override
  public List<String> keys(String owner) {
    return store.keys(owner);
  }

  @Override
  public CompletionStage<Void> sync() {
    return store.sync();
  }
}
