package io.keyway.it.interop;

import io.keyway.it.kit.lab.Exec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A certification authority of one test, made with strongSwan's own tool. */
final class Authority {

  private static final Map<String, byte[]> KEYS = new ConcurrentHashMap<>();

  private final Path dir;
  private final String name;

  private Authority(Path dir, String name) {
    this.dir = dir;
    this.name = name;
  }

  static Authority root(Lab lab, String name) {
    Authority root = new Authority(lab.dir().resolve("pki"), name);
    root.newKey(name, "ecdsa-256");
    root.pki(
        root.pem(name), List.of("--self", "--ca", "--in", root.key(name), "--dn", "CN=" + name));
    return root;
  }

  /** Another authority below this one. */
  Authority below(String other) {
    newKey(other, "ecdsa-256");
    List<String> line = issue(other, "CN=" + other);
    line.add("--ca");
    pki(pem(other), line);
    return new Authority(dir, other);
  }

  /**
   * A certificate with its key.
   *
   * @param kind such as {@code rsa-2048}, {@code ecdsa-384}, {@code ed25519}
   * @param more options of {@code pki --issue}, such as {@code --san gw.example}
   */
  void certificate(String file, String kind, String... more) {
    newKey(file, kind);
    List<String> line = issue(file, "C=CH, O=Keyway, CN=" + file);
    line.addAll(List.of(more));
    pki(pem(file), line);
  }

  private List<String> issue(String subject, String dn) {
    Path pub = dir.resolve(subject + ".pub");
    pki(pub, List.of("--pub", "--in", key(subject)));
    return new ArrayList<>(
        List.of(
            "--issue",
            "--in",
            pub.toString(),
            "--cacert",
            pem(name).toString(),
            "--cakey",
            key(name),
            "--dn",
            dn));
  }

  /** A list that revokes a certificate, as a file in DER. */
  Path crl(String revoked) {
    Path crl = dir.resolve(name + ".crl");
    run(
        crl,
        List.of(
            "--signcrl",
            "--cacert",
            pem(name).toString(),
            "--cakey",
            key(name),
            "--reason",
            "key-compromise",
            "--cert",
            pem(revoked).toString()));
    return crl;
  }

  /** RSA keys take seconds to make, and no test needs one that no other test had. */
  private void newKey(String file, String kind) {
    String[] parts = kind.split("-");
    List<String> line = new ArrayList<>(List.of("--gen", "--type", parts[0]));
    if (parts.length == 2) {
      line.addAll(List.of("--size", parts[1]));
    }
    Path place = Path.of(key(file));
    if (Files.exists(place)) {
      // Who replaces a certificate means another key.
      pki(place, line);
      return;
    }
    byte[] made =
        KEYS.computeIfAbsent(
            file + " " + kind,
            ignored -> {
              pki(place, line);
              return read(place);
            });
    write(place, made);
  }

  String key(String file) {
    return dir.resolve(file + ".key").toString();
  }

  Path pem(String file) {
    return dir.resolve(file + ".pem");
  }

  private void pki(Path output, List<String> arguments) {
    List<String> line = new ArrayList<>(arguments);
    line.addAll(List.of("--outform", "pem"));
    run(output, line);
  }

  /** The tool writes to its standard output only, so a shell puts that into the file. */
  private static void run(Path output, List<String> arguments) {
    try {
      Files.createDirectories(output.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> line = new ArrayList<>(List.of("sh", "-c", "umask 077; exec pki \"$@\" >\"$0\""));
    line.add(output.toString());
    line.addAll(arguments);
    Exec.run(Exec.DEADLINE, Map.of(), line).orFail();
  }

  /** Puts a certificate and its key where a side looks for its own. */
  void give(Lab.Side side, String file) {
    for (Path place : places(side)) {
      copy(pem(file), place.resolve("x509").resolve(file + ".pem"));
      copy(Path.of(key(file)), place.resolve("private").resolve(file + ".pem"));
    }
  }

  /** Lets a side know an authority. */
  static void trust(Lab.Side side, Authority authority) {
    for (Path place : places(side)) {
      copy(authority.pem(authority.name), place.resolve("x509ca").resolve(authority.name + ".pem"));
    }
  }

  /** Lets a side have a list of revoked certificates. */
  static void tell(Lab.Side side, Path crl) {
    for (Path place : places(side)) {
      copy(crl, place.resolve("x509crl").resolve(crl.getFileName().toString()));
    }
  }

  /** Keyway and charon each look into a directory of their own. */
  private static List<Path> places(Lab.Side side) {
    return List.of(side.dir().resolve("ipsec"), side.dir().resolve("swanctl"));
  }

  private static void copy(Path from, Path to) {
    write(to, read(from));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path to, byte[] octets) {
    try {
      Files.createDirectories(to.getParent());
      Files.deleteIfExists(to);
      Files.write(to, octets, StandardOpenOption.CREATE_NEW);
      Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
