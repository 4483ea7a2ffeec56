package io.keyway.it.container;

import io.keyway.it.container.probe.ProbeActivator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Makes a small bundle that leaves a trace of its life. */
final class ProbeJar {
  static final String NAME = "keyway.it.probe";

  private ProbeJar() {}

  static Path make(Path directory, String version, Path witness) throws IOException {
    return make(directory, NAME, version, ProbeActivator.class, witness);
  }

  static Path make(Path directory, String name, String version, Class<?> activator, Path witness)
      throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", name);
    main.putValue("Bundle-Name", name);
    main.putValue("Bundle-Version", version);
    main.putValue("Bundle-Activator", activator.getName());
    main.putValue("Import-Package", "org.osgi.framework");
    main.putValue("Keyway-Witness", witness.toString());
    Path jar = Files.createTempFile(directory, "probe", ".jar");
    String entry = activator.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        InputStream in = ProbeJar.class.getClassLoader().getResourceAsStream(entry)) {
      out.putNextEntry(new JarEntry(entry));
      in.transferTo(out);
      out.closeEntry();
    }
    return jar;
  }
}
