package io.keyway.ike.engine.negotiate;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.message.EsnId;
import io.keyway.ike.message.GroupId;
import io.keyway.ike.message.IntegrityId;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import java.util.ArrayList;
import java.util.List;

/** What IKE and ESP proposals have in common (RFC 7296 section 3.3.3). */
final class Transforms {
  private Transforms() {}

  static Transform encryption(EncryptionAlgorithm algorithm) {
    return Transform.encryption(algorithm.ianaId(), algorithm.keyLengthAttribute());
  }

  static Transform esn(boolean esn) {
    return Transform.of(TransformType.ESN, esn ? EsnId.ESN : EsnId.NO_ESN);
  }

  /** Whether the offer contains a transform; one with attributes we do not know never counts. */
  static boolean offers(Proposal offered, Transform wanted) {
    return offered.transforms().contains(wanted);
  }

  /** Whether the offer goes without an integrity transform, or allows "none". */
  static boolean offersIntegrity(Proposal offered, IntegrityAlgorithm wanted) {
    List<Transform> integrity = offered.ofType(TransformType.INTEG);
    return wanted == IntegrityAlgorithm.NONE
        ? integrity.isEmpty()
            || integrity.contains(Transform.of(TransformType.INTEG, IntegrityId.NONE))
        : integrity.contains(Transform.of(TransformType.INTEG, wanted.ianaId()));
  }

  /** Whether the offer goes without a key exchange, or allows "none". */
  static boolean offersNoKeyExchange(Proposal offered) {
    List<Transform> groups = offered.ofType(TransformType.KE);
    return groups.isEmpty() || groups.contains(Transform.of(TransformType.KE, GroupId.NONE));
  }

  /**
   * Whether we may leave a transform type of the offer unanswered. A type that is not understood
   * spoils the proposal (RFC 7296 section 3.3.6); for additional key exchanges see {@link
   * #offersAdditional}.
   */
  static boolean understood(Proposal offered, int... types) {
    for (Transform transform : offered.transforms()) {
      boolean known = false;
      for (int type : types) {
        known |= transform.type() == type;
      }
      boolean additional =
          transform.type() >= TransformType.ADDKE1 && transform.type() <= TransformType.ADDKE7;
      if (!known && !additional) {
        return false;
      }
    }
    return true;
  }

  /** The transforms of additional key exchanges: the first is of type ADDKE1, and so on. */
  static List<Transform> additional(List<KeyExchangeMethod> methods) {
    List<Transform> transforms = new ArrayList<>();
    for (KeyExchangeMethod method : methods) {
      transforms.add(Transform.of(TransformType.ADDKE1 + transforms.size(), method.ianaId()));
    }
    return transforms;
  }

  /**
   * Whether the offer has these additional key exchanges, and no more that may not be left out (RFC
   * 9370 section 2.2.1).
   */
  static boolean offersAdditional(Proposal offered, List<KeyExchangeMethod> methods) {
    if (!offered.transforms().containsAll(additional(methods))) {
      return false;
    }
    for (int type = TransformType.ADDKE1 + methods.size(); type <= TransformType.ADDKE7; type++) {
      if (!offered.ofType(type).isEmpty()
          && !offered.transforms().contains(Transform.of(type, GroupId.NONE))) {
        return false;
      }
    }
    return true;
  }

  /** In an answer every type occurs at most once. */
  static boolean isSingleChoice(Proposal answer) {
    return answer.transforms().stream().map(Transform::type).distinct().count()
        == answer.transforms().size();
  }
}
