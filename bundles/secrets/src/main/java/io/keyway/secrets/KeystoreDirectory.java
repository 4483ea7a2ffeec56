package io.keyway.secrets;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.api.store.SecretStore.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keys and certificates in files, laid out as strongSwan users know it: {@code private}, {@code
 * x509}, {@code x509ca}, {@code x509crl}. Read anew on every call, so a file that changed counts at
 * once; never written.
 */
public final class KeystoreDirectory {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,63}");
  private static final List<String> ENDINGS =
      List.of("", ".pem", ".crt", ".cer", ".der", ".key", ".crl");
  private static final long LARGEST = 4 << 20;
  private static final Set<PosixFilePermission> NOT_FOR_KEYS =
      PosixFilePermissions.fromString("---rwxrwx");
  private static final Set<PosixFilePermission> NOT_FOR_ANYTHING =
      PosixFilePermissions.fromString("----w--w-");

  private final Path root;

  /** Does not touch the disk yet; directories that are not there are empty. */
  public KeystoreDirectory(Path root) {
    this.root = root.toAbsolutePath();
  }

  private static Optional<String> folder(Kind kind) {
    return Optional.ofNullable(
        switch (kind) {
          case PRIVATE_KEY -> "private";
          case CERTIFICATE -> "x509";
          case CA_CERTIFICATE -> "x509ca";
          case CRL -> "x509crl";
          case PRE_SHARED_KEY, PPK, EAP_PASSWORD -> null;
        });
  }

  /** Where a file of that name is, with or without its ending; empty when there is none. */
  public Optional<Path> find(String name, Kind kind) {
    Optional<String> folder = folder(kind);
    if (folder.isEmpty() || !NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    return ENDINGS.stream()
        .map(ending -> root.resolve(folder.get()).resolve(name + ending))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /**
   * The content, which the caller owns; empty when there is no such file.
   *
   * @throws StoreUnusableException naming cause and cure, when others may read a key or change
   *     whatever it is
   */
  public Optional<SecretBytes> get(String name, Kind kind) {
    Optional<Path> found = find(name, kind);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Path file = found.get();
    try {
      check(file, kind);
      if (Files.size(file) > LARGEST) {
        throw new StoreUnusableException(
            file + " has more than " + LARGEST + " octets; put a smaller file there");
      }
      return Optional.of(SecretBytes.wrap(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreUnusableException(
          "cannot read " + file + ": " + e.getMessage() + "; check its owner and mode", e);
    }
  }

  private static void check(Path file, Kind kind) throws IOException {
    Set<PosixFilePermission> forbidden = kind == Kind.PRIVATE_KEY ? NOT_FOR_KEYS : NOT_FOR_ANYTHING;
    String cure = kind == Kind.PRIVATE_KEY ? "chmod 600 " : "chmod go-w ";
    check(file, forbidden, cure, kind);
    // Who may write the folder may put another file there.
    check(file.getParent(), NOT_FOR_ANYTHING, "chmod go-w ", kind);
  }

  private static void check(Path path, Set<PosixFilePermission> forbidden, String cure, Kind kind)
      throws IOException {
    Set<PosixFilePermission> others;
    try {
      others = EnumSet.copyOf(Files.readAttributes(path, PosixFileAttributes.class).permissions());
    } catch (UnsupportedOperationException e) {
      throw new StoreUnusableException(
          path + " lies on a file system without modes; put it on one that has them", e);
    } catch (IllegalArgumentException e) {
      return; // No permission at all, which EnumSet cannot copy.
    }
    String mode = PosixFilePermissions.toString(others);
    others.retainAll(forbidden);
    if (!others.isEmpty()) {
      throw new StoreUnusableException(
          path
              + " has mode "
              + mode
              + ", which lets others at it; run: "
              + cure
              + path
              + (kind == Kind.PRIVATE_KEY
                  ? " - and replace the key if others may have read it"
                  : ""));
    }
  }

  /** Tools leave serial numbers, requests and copies lying about. */
  private static boolean hasEnding(String name) {
    return ENDINGS.stream().anyMatch(ending -> !ending.isEmpty() && name.endsWith(ending));
  }

  /**
   * Names of files with a known ending, and what they are for; whether they can be used shows when
   * they are read.
   */
  public List<Listed> list() {
    List<Listed> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Optional<Path> folder = folder(kind).map(root::resolve).filter(Files::isDirectory);
      if (folder.isEmpty()) {
        continue;
      }
      try (Stream<Path> files = Files.list(folder.get())) {
        files
            .filter(Files::isRegularFile)
            .map(file -> file.getFileName().toString())
            .filter(name -> NAME.matcher(name).matches())
            .filter(KeystoreDirectory::hasEnding)
            .forEach(name -> all.add(new Listed(name, kind)));
      } catch (IOException e) {
        throw new StoreUnusableException(
            "cannot list " + folder.get() + ": " + e.getMessage() + "; check owner and mode", e);
      }
    }
    all.sort(Comparator.comparing(Listed::name).thenComparing(Listed::kind));
    return List.copyOf(all);
  }
}
