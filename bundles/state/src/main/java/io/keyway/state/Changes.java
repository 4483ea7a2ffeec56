package io.keyway.state;

import io.keyway.api.store.StateStore.StateRecord;

/**
 * Hears of every change of a store, in the order of the changes of each owner. Called under the
 * owner's lock: it must not wait for anything.
 */
interface Changes {

  /** Nobody listens. */
  Changes NONE =
      new Changes() {
        @Override
        public void put(StateRecord value) {
          // nobody listens
        }

        @Override
        public void removed(String owner, String key) {
          // nobody listens
        }
      };

  /** A record was added or replaced; the octets are the store's own and may be wiped later. */
  void put(StateRecord value);

  /** A record was removed. */
  void removed(String owner, String key);
}
