package io.keyway.boot;

import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Runs {@link ListenerPolicy} and {@link FirstStart}, and ends the process when either says no. */
public final class BootActivator implements BundleActivator {
  /** What sysexits.h calls EX_CONFIG. */
  private static final int EXIT_CONFIGURATION = 78;

  /** About 128 bits of strength; NIST SP 800-57 part 1, table 2. */
  private static final int RSA_BITS = 3072;

  @Override
  public void start(BundleContext context) {
    Path base = Path.of(property(context, "karaf.base", "."));
    Path etc = Path.of(property(context, "karaf.etc", base.resolve("etc").toString()));
    Path data = Path.of(property(context, "karaf.data", base.resolve("data").toString()));
    try {
      List<String> refused = new ListenerPolicy(etc, base.resolve("configuration")).violations();
      if (!refused.isEmpty()) {
        refuse(refused);
        return;
      }
      new FirstStart(etc, data, new SecureRandom(), RSA_BITS, Keytool.ofRunningVm(), announcer())
          .run();
    } catch (Exception e) {
      refuse(
          List.of(
              "the first credentials could not be made: "
                  + e.getMessage()
                  + ". Make sure that "
                  + etc.resolve("keyway")
                  + " can be written, then start again."));
    }
  }

  @Override
  public void stop(BundleContext context) {
    // Nothing was left running: all of the work is done in start.
  }

  /**
   * The password goes to a terminal only. Where standard output is a pipe or a file (a service
   * manager, a test), the name of the file with the password is enough, and no log ever holds it.
   */
  private static PrintStream announcer() {
    return System.console() == null ? null : System.out;
  }

  private static String property(BundleContext context, String name, String fallback) {
    String value = context.getProperty(name);
    return value == null || value.isBlank() ? fallback : value;
  }

  /**
   * Stopping the framework from its own start-level thread would wait for that thread, and throwing
   * would let the listeners of the later start levels open all the same. Nothing that needs an
   * orderly stop runs yet.
   */
  private static void refuse(List<String> reasons) {
    for (String reason : reasons) {
      System.err.println("Keyway does not start: " + reason);
    }
    System.err.flush();
    Runtime.getRuntime().halt(EXIT_CONFIGURATION);
  }
}
