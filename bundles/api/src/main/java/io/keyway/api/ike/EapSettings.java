package io.keyway.api.ike;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What goes with authentication by EAP (RFC 3748, RFC 7296 section 2.16). The initiator of an IKE
 * SA is always the EAP peer, the responder the EAP server.
 *
 * @param methods acceptable methods, the preferred one first; none: every method with passwords
 * @param identity as initiator what we answer when we are asked who we are, absent: our IKE
 *     identity; as responder {@value #ASK} asks the peer, anything else is the only user that may
 *     come, absent: the peer's IKE identity is the user
 * @param secret as initiator our password, by its name in the secret store; empty: none
 * @param users as responder, who may come: names of users with those of their passwords in the
 *     secret store
 * @param passwordOnly whether MSCHAPv2 may be all that proves who a responder is (RFC 5998): who
 *     plays the responder can then try passwords against the answer at leisure
 */
public record EapSettings(
    List<Type> methods,
    Optional<String> identity,
    String secret,
    Map<String, String> users,
    boolean passwordOnly) {

  /** Asks the peer for its EAP identity. */
  public static final String ASK = "%any";

  /** Neither side uses EAP. */
  public static final EapSettings NONE =
      new EapSettings(List.of(), Optional.empty(), "", Map.of(), false);

  /** Methods with their numbers of the IANA registry. */
  public enum Type {
    /** Passwords both ways, with a key (RFC 2759). The better one, so it comes first. */
    MSCHAPV2(26, "mschapv2"),
    /** A password one way, without a key (RFC 3748 section 5.4). */
    MD5(4, "md5"),
    /** Certificates both ways, with a key (RFC 5216, RFC 9190); only where it is named. */
    TLS(13, "tls");

    private final int number;
    private final String keyword;

    Type(int number, String keyword) {
      this.number = number;
      this.keyword = keyword;
    }

    public int number() {
      return number;
    }

    /** As it is written in configurations. */
    public String keyword() {
      return keyword;
    }

    /** The method of a keyword. */
    public static Optional<Type> ofKeyword(String word) {
      return List.of(values()).stream().filter(t -> t.keyword.equals(word)).findFirst();
    }
  }

  public EapSettings {
    methods = List.copyOf(methods);
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(secret, "secret");
    users = Map.copyOf(users);
  }

  /**
   * The methods that may be used, in order of preference.
   *
   * @param alone whether nothing else proves who the responder is, for which a method must prove
   *     both sides, make a key, and give nobody the means to guess the secret (RFC 5998 section 4)
   */
  public List<Type> acceptable(boolean alone) {
    List<Type> named = methods.isEmpty() ? List.of(Type.MSCHAPV2, Type.MD5) : methods;
    return alone
        ? named.stream().filter(t -> t == Type.TLS || passwordOnly && t == Type.MSCHAPV2).toList()
        : named;
  }

  /** Whether certificates may be used. */
  public boolean usesTls() {
    return methods.contains(Type.TLS);
  }

  /** Whether passwords may be used. */
  public boolean usesPasswords() {
    return methods.isEmpty() || methods.stream().anyMatch(t -> t != Type.TLS);
  }
}
