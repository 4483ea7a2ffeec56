package io.keyway.northbound.device;

import java.util.function.BooleanSupplier;

/**
 * Whether whoever asked for what this thread does now may write SAs by hand. RESTCONF does not tell
 * a mount point who is asking, and answers on the thread that the request came on; a thread that
 * nobody spoke for may not.
 */
public final class CallerRole {

  /** The role in OpenDaylight's identity store. */
  public static final String MANUAL_SA = "manual-sa";

  private static final ThreadLocal<BooleanSupplier> ASKED = new ThreadLocal<>();

  private CallerRole() {}

  /** Ends what a call of {@link #of} began. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Speaks for the present thread until the scope is closed.
   *
   * @param granted asked when it matters, which for most requests is never
   */
  public static Scope of(BooleanSupplier granted) {
    ASKED.set(granted);
    return ASKED::remove;
  }

  static boolean granted() {
    BooleanSupplier asked = ASKED.get();
    return asked != null && asked.getAsBoolean();
  }
}
