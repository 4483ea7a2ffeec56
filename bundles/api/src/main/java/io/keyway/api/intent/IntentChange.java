package io.keyway.api.intent;

/** One change of the configuration. */
public sealed interface IntentChange {

  /** Adds or replaces an entry as a whole. */
  record Put(IntentObject value) implements IntentChange {}

  /**
   * Removes an entry.
   *
   * @param list as {@link IntentObject#list()}
   */
  record Delete(String list, String name) implements IntentChange {}
}
