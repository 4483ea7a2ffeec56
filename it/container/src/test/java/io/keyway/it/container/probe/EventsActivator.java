package io.keyway.it.container.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Writes down what happens to which bundle: a refresh shows as a stop of a bundle that nobody
 * stopped.
 */
public final class EventsActivator implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    Path witness = Path.of(context.getBundle().getHeaders().get("Keyway-Witness"));
    SynchronousBundleListener listener = event -> write(witness, event);
    context.addBundleListener(listener);
    append(witness, "listening\n");
  }

  @Override
  public void stop(BundleContext context) {
    // The framework removes the listener.
  }

  private static void write(Path witness, BundleEvent event) {
    String what =
        switch (event.getType()) {
          case BundleEvent.STOPPED -> "stopped ";
          case BundleEvent.STARTED -> "started ";
          case BundleEvent.UPDATED -> "updated ";
          case BundleEvent.UNRESOLVED -> "unresolved ";
          default -> null;
        };
    if (what != null) {
      append(witness, what + event.getBundle().getSymbolicName() + "\n");
    }
  }

  private static void append(Path witness, String line) {
    try {
      Files.writeString(witness, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
