package io.keyway.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImportsTest {
  /** The runtime bundle of gRPC has no classes of ours. */
  private static final Set<String> WITHOUT_CODE = Set.of("grpc");

  private static final List<String> EVERYBODY =
      List.of("java.", "javax.", "org.osgi.annotation.", "org.osgi.service.component.annotations.");

  static Stream<BundleTable.Row> bundles() {
    return BundleTable.rows().stream();
  }

  @Test
  void everyBundleIsInTheTable() {
    TreeSet<String> expected = new TreeSet<>(BundleTable.modules());
    expected.removeAll(WITHOUT_CODE);
    assertThat(bundles().map(BundleTable.Row::name)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void importsOnlyWhatTheTableAllows(BundleTable.Row bundle) {
    JavaClasses classes = classes(bundle);
    TreeSet<String> own = new TreeSet<>();
    classes.forEach(type -> own.add(type.getPackageName()));
    TreeSet<String> forbidden = new TreeSet<>();
    for (JavaClass type : classes) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!own.contains(target.getPackageName())
            && !target.isPrimitive()
            && !allowed(bundle, type, target.getName())) {
          forbidden.add(type.getName() + " -> " + target.getName());
        }
      }
    }
    assertThat(forbidden).as("what %s must not know", bundle).isEmpty();
  }

  @Test
  void onlyNorthboundAndTheFirstAdministratorKnowOpenDaylight() {
    assertThat(knowing("org.opendaylight.")).containsExactlyInAnyOrder("northbound", "aaa");
  }

  @Test
  void onlyPlanesEmulatorsAndProtocolsKnowGrpc() {
    assertThat(knowing("io.grpc."))
        .isNotEmpty()
        .allMatch(name -> name.matches("(plane|emulator|protocol)-.*"));
  }

  private static List<String> knowing(String prefix) {
    return bundles()
        .filter(
            bundle ->
                classes(bundle).stream()
                    .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                    .anyMatch(d -> d.getTargetClass().getName().startsWith(prefix)))
        .map(BundleTable.Row::name)
        .toList();
  }

  private static boolean allowed(BundleTable.Row bundle, JavaClass from, String target) {
    return EVERYBODY.stream().anyMatch(target::startsWith)
        || bundle.mayImport().stream().anyMatch(prefix -> target.startsWith(prefix + "."))
        || target.startsWith("org.osgi.") && isShell(from);
  }

  /** The framework is known to the thin shell beside each core, and to nothing else. */
  private static boolean isShell(JavaClass type) {
    String outer = type.getName().substring(type.getPackageName().length() + 1).split("\\$")[0];
    return type.getPackageName().endsWith(".osgi")
        || outer.startsWith("Osgi")
        || outer.endsWith("Component")
        || outer.endsWith("Activator");
  }

  private static JavaClasses classes(BundleTable.Row bundle) {
    JavaClasses classes = new ClassFileImporter().importPath(bundle.classes());
    assertThat(classes).as("classes of %s in %s", bundle, bundle.classes()).isNotEmpty();
    return classes;
  }
}
