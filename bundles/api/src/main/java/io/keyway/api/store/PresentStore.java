package io.keyway.api.store;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The state store that a service notes in, as stores come, go and are replaced. The first one is
 * asked what an earlier instance of the service noted, in this process or in one that is gone; a
 * later one is told everything, since it may lack some of it. Safe for many threads.
 */
public final class PresentStore implements Supplier<StateStore> {

  private volatile StateStore store;
  private boolean asked;

  /** Null while there is none. */
  @Override
  public StateStore get() {
    return store;
  }

  /**
   * Notes go there from now on; the caller then notes everything anew.
   *
   * @param takeOver reads what an earlier instance left; called once in this object's life, before
   *     anything is noted
   */
  public synchronized void use(StateStore now, Consumer<StateStore> takeOver) {
    if (!asked) {
      asked = true;
      takeOver.accept(now);
    }
    store = now;
  }

  /** That store is gone. */
  public synchronized void forget(StateStore gone) {
    if (store == gone) {
      store = null;
    }
  }

  /**
   * The service ends.
   *
   * @param last a store to leave everything in, when there was none before
   * @return true when that one must be told everything
   */
  public synchronized boolean endWith(Optional<StateStore> last) {
    boolean late = store == null && last.isPresent();
    if (late) {
      asked = true;
      store = last.get();
    }
    return late;
  }
}
