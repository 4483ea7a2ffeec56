package io.keyway.northbound.rules;

import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.Optional;
import java.util.stream.Stream;

/** A configuration to look things up in, as it would be after a change. */
public interface ConfigView {

  /** True also for an entry that makes no sense by itself. */
  boolean exists(EntryRef entry);

  /** The entry; empty too when it makes no sense by itself. */
  Optional<IntentObject> find(EntryRef entry);

  /** Number of entries of a list; in constant time. */
  int count(EntryKind kind);

  /** Every entry that makes sense by itself; may take long, ask only when needed. */
  Stream<IntentObject> all(EntryKind kind);
}
