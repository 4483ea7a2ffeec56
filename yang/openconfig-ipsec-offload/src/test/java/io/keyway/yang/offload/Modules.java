package io.keyway.yang.offload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.test.util.YangParserTestUtils;

/** The module and all that it imports, as they are in the jars. */
final class Modules {

  static final String OFFLOAD = "openconfig-ipsec-offload.yang";

  static final List<String> ALL =
      List.of(
          OFFLOAD,
          "openconfig-yang-types@2020-06-30.yang",
          "openconfig-extensions@2020-06-16.yang",
          "ietf-i2nsf-ikec@2021-07-14.yang",
          "ietf-inet-types@2013-07-15.yang",
          "ietf-yang-types@2013-07-15.yang",
          "ietf-netconf-acm@2018-02-14.yang");

  private Modules() {}

  static EffectiveModelContext parse() {
    return YangParserTestUtils.parseYangResources(
        Modules.class, ALL.stream().map(name -> "/META-INF/yang/" + name).toList());
  }

  static void copyTo(Path directory) {
    for (String name : ALL) {
      try (InputStream module = Modules.class.getResourceAsStream("/META-INF/yang/" + name)) {
        Files.copy(module, directory.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
