package io.keyway.state.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import io.keyway.state.InMemoryStateStore;
import io.keyway.state.Quota;
import java.util.List;
import java.util.Optional;
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

  /** Limits; a change empties the store, so set them before tunnels come up. */
  @ObjectClassDefinition(name = "Keyway state store")
  public @interface Config {
    @AttributeDefinition(description = "Largest number of owners")
    int owners() default 64;

    @AttributeDefinition(description = "Largest number of records of one owner")
    int recordsPerOwner() default 500_000;

    @AttributeDefinition(description = "Largest sum of one owner's records, in octets")
    long octetsPerOwner() default 512L << 20;
  }

  private final InMemoryStateStore store;

  @Activate
  public OsgiStateStore(Config config) {
    this.store =
        new InMemoryStateStore(
            new Quota(config.owners(), config.recordsPerOwner(), config.octetsPerOwner()));
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
}
