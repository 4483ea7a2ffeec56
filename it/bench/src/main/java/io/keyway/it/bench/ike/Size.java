package io.keyway.it.bench.ike;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.it.bench.node.Profile;
import io.keyway.it.bench.node.Proof;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much of the IKE part is measured.
 *
 * @param quick the short form
 * @param rounds of each profile with pre-shared keys; of those with certificates half as many
 * @param tunnels in a round of x25519
 * @param warmUp time for each profile, at least
 * @param warmUpTunnels for each profile, at least
 * @param budget after which no further round is begun
 * @param many tunnels that stand at the same time
 */
public record Size(
    boolean quick,
    int rounds,
    int tunnels,
    Duration warmUp,
    int warmUpTunnels,
    Duration budget,
    int many) {
  static final Size QUICK =
      new Size(true, 2, 600, Duration.ofSeconds(3), 1500, Duration.ofSeconds(60), 2000);
  static final Size FULL =
      new Size(false, 5, 2000, Duration.ofSeconds(7), 8000, Duration.ofSeconds(200), 20_000);

  /** What is measured of the set-ups. */
  record Plan(Profile profile, int rounds, int tunnels, int warmUpTunnels) {}

  /**
   * The short or the long form.
   *
   * @param many tunnels that stand at the same time; 0 for as many as usual
   */
  public static Size of(boolean quick, int many) {
    Size size = quick ? QUICK : FULL;
    return many == 0
        ? size
        : new Size(
            quick, size.rounds, size.tunnels, size.warmUp, size.warmUpTunnels, size.budget, many);
  }

  /**
   * Every proof with every group that was asked for. Nobody asked: pre-shared keys with two groups,
   * and certificates of every kind (quick: of one) with the faster one.
   */
  List<Plan> plans(List<KeyExchangeMethod> groups, List<Proof> proofs) {
    List<Plan> plans = new ArrayList<>();
    if (groups.isEmpty() && proofs.isEmpty()) {
      plans.add(plan(Profile.X25519));
      plans.add(plan(Profile.P384));
      for (Proof proof : Proof.values()) {
        if (proof.certificates() && (!quick || proof == Proof.ECDSA_256)) {
          plans.add(plan(new Profile(KeyExchangeMethod.X25519, proof)));
        }
      }
      return plans;
    }
    for (Proof proof : proofs.isEmpty() ? List.of(Proof.PSK) : proofs) {
      for (KeyExchangeMethod group :
          groups.isEmpty() ? List.of(KeyExchangeMethod.X25519) : groups) {
        plans.add(plan(new Profile(group, proof)));
      }
    }
    return plans;
  }

  private Plan plan(Profile profile) {
    if (profile.proof().certificates()) {
      return new Plan(profile, (rounds + 1) / 2, tunnels / 5, warmUpTunnels / 5);
    }
    boolean fast =
        Optional.of(profile.group())
            .filter(g -> g == KeyExchangeMethod.X25519 || g == KeyExchangeMethod.ECP_256)
            .isPresent();
    return new Plan(profile, rounds, fast ? tunnels : tunnels / 2, warmUpTunnels);
  }
}
