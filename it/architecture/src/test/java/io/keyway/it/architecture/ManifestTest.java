package io.keyway.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ManifestTest {
  static Stream<BundleTable.Row> bundles() {
    return BundleTable.rows().stream();
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void exportsPackagesOnlyWhereOthersMaySeeThem(BundleTable.Row bundle) throws IOException {
    try (JarFile jar = new JarFile(bundle.jar().toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Bundle-SymbolicName")).isNotBlank();
      if (bundle.exports()) {
        assertThat(manifest.getValue("Export-Package")).contains("io.keyway.");
      } else {
        assertThat(manifest.getValue("Export-Package")).isNull();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void wiresToNoPackageOfAnImplementation(BundleTable.Row bundle) throws IOException {
    try (JarFile jar = new JarFile(bundle.jar().toFile())) {
      String imports = jar.getManifest().getMainAttributes().getValue("Import-Package");
      TreeSet<String> keyway = new TreeSet<>();
      for (String part : (imports == null ? "" : imports).split(",(?=[a-z])")) {
        String name = part.split(";")[0].trim();
        if (name.startsWith("io.keyway.")) {
          keyway.add(name);
        }
      }
      assertThat(keyway)
          .allMatch(
              name ->
                  name.matches("io\\.keyway\\.(api|ike\\.message|ike\\.crypto|esp|protocol)\\b.*"));
    }
  }

  /**
   * A static reference would destroy a component, and every SA with it, when the other bundle is
   * updated.
   */
  @ParameterizedTest
  @MethodSource("bundles")
  void takesServicesOfOtherBundlesAsDynamicOptionalAndGreedy(BundleTable.Row bundle)
      throws Exception {
    TreeSet<String> wrong = new TreeSet<>();
    try (JarFile jar = new JarFile(bundle.jar().toFile())) {
      for (JarEntry entry : jar.stream().toList()) {
        if (entry.getName().matches("OSGI-INF/[^/]+\\.xml")) {
          try (InputStream in = jar.getInputStream(entry)) {
            check(entry.getName(), in, wrong);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void check(String name, InputStream in, TreeSet<String> wrong) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document component = factory.newDocumentBuilder().parse(in);
    NodeList references = component.getElementsByTagName("reference");
    for (int i = 0; i < references.getLength(); i++) {
      Element reference = (Element) references.item(i);
      String service = reference.getAttribute("interface");
      if (service.startsWith("io.keyway.api.")
          && !(reference.getAttribute("policy").equals("dynamic")
              && reference.getAttribute("policy-option").equals("greedy")
              && reference.getAttribute("cardinality").startsWith("0.."))) {
        wrong.add(name + " takes " + service + " as a static or mandatory reference");
      }
    }
  }
}
