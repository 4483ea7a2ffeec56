package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.Prf;
import io.keyway.ike.crypto.SignedOctets;
import io.keyway.ike.crypto.sign.HashId;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.Payload;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What IKE_SA_INIT leaves for IKE_AUTH: both nonces and both messages as they went over the wire
 * (RFC 7296 section 2.15), the hashes that the peer accepts (RFC 7427), and what IKE_INTERMEDIATE
 * adds (RFC 9242); and how far IKE_AUTH went, as responder. Dropped as soon as both sides are
 * authenticated.
 */
final class Handshake implements AutoCloseable {
  byte[] initiatorNonce = {};
  byte[] responderNonce = {};
  byte[] initRequest = {};
  byte[] initResponse = {};

  /** Of the peer's SIGNATURE_HASH_ALGORITHMS (RFC 7427 section 4). */
  Set<HashId> peerHashes = Set.of();

  /** Both sides announced USE_PPK (RFC 8784 section 3). */
  boolean usePpk;

  /** Additional key exchanges that were agreed on and not done yet (RFC 9370). */
  final Deque<KeyExchangeMethod> pendingExchanges = new ArrayDeque<>();

  /** Whether the responder takes an IKE SA without a child (RFC 6023). */
  boolean peerTakesChildless;

  /** Whether the responder announced that it takes several rounds (RFC 4739). */
  boolean peerTakesRounds;

  /** As initiator, a puzzle to solve before the first protected request (RFC 8019 section 7.2). */
  Optional<PuzzleDemand> puzzle = Optional.empty();

  /** As initiator, what goes in clear with the first protected request: its solution. */
  List<Payload> solution = List.of();

  /** As responder, a puzzle that is not solved yet; null for none. */
  AuthPuzzle demanded;

  /** As responder, after the first IKE_AUTH; null before. */
  AuthResponder auth;

  /** As initiator, the ticket that the IKE SA is resumed with; null for none. */
  ResumeAttempt resuming;

  /** As responder, what the peer's ticket said, without its key; null for none. */
  Session resumed;

  /** As initiator; shared by IKE SAs that go on with different answers. */
  InitAnswers answers = new InitAnswers();

  final IntermediateAuth intermediate = new IntermediateAuth();

  /** What the initiator's AUTH covers. */
  SignedOctets ofInitiator(SaCrypto crypto, IdPayload id) {
    Prf prf = crypto.prf();
    return SignedOctets.of(prf, crypto.keys().skPi(), initRequest, responderNonce, id.body())
        .and(intermediate.octets());
  }

  /** What the responder's AUTH covers. */
  SignedOctets ofResponder(SaCrypto crypto, IdPayload id) {
    Prf prf = crypto.prf();
    return SignedOctets.of(prf, crypto.keys().skPr(), initResponse, initiatorNonce, id.body())
        .and(intermediate.octets());
  }

  /** Wipes what IKE_AUTH fetched; idempotent. */
  @Override
  public void close() {
    if (auth != null) {
      auth.close();
    }
    if (demanded != null) {
      demanded.close();
    }
    if (resuming != null) {
      resuming.close();
    }
  }
}
