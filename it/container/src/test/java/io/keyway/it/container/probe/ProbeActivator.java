package io.keyway.it.container.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Writes down that it was started or stopped, and in which version. */
public final class ProbeActivator implements BundleActivator {
  @Override
  public void start(BundleContext context) throws IOException {
    write(context, "started");
  }

  @Override
  public void stop(BundleContext context) throws IOException {
    write(context, "stopped");
  }

  private static void write(BundleContext context, String what) throws IOException {
    Path witness = Path.of(context.getBundle().getHeaders().get("Keyway-Witness"));
    Path part = witness.resolveSibling(witness.getFileName() + ".part");
    Files.writeString(part, what + " " + context.getBundle().getHeaders().get("Bundle-Version"));
    Files.move(part, witness, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
