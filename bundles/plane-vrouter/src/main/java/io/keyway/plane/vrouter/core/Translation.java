package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.SaId;
import io.keyway.plane.vrouter.message.PolicyMessages;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.protocol.vrouter.v1.AddPolicy;
import io.keyway.protocol.vrouter.v1.AddSa;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.DelPolicy;
import io.keyway.protocol.vrouter.v1.DelSa;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.UpdateSa;
import java.util.List;

/** One change as a message, and what its outcome says about the router. */
final class Translation {

  /** A change that can be sent. */
  interface Prepared {
    Change change();

    /** What the agent's answer means to whoever asked. */
    default Outcome read(Outcome answer) {
      return answer;
    }

    /** Notes what the outcome says is there now. */
    void remember(Mirror mirror, Outcome outcome);
  }

  private Translation() {}

  /**
   * @param keys gets arrays to wipe when the message has gone
   * @return REFUSED when the agent could not represent it
   */
  static Result<Prepared> of(PlaneChange change, List<byte[]> keys) {
    if (change instanceof PlaneChange.AddSa add) {
      Result<AddSa> message = SaMessages.add(add.sa(), add.keys(), keys);
      return message.done()
          ? Result.ok(new Added(add.sa().id(), message.value().orElseThrow()))
          : Result.failed(message.outcome());
    }
    if (change instanceof PlaneChange.RemoveSa remove) {
      return Result.ok(new Removed(remove.sa()));
    }
    if (change instanceof PlaneChange.MoveSa move) {
      return move.endpoints().none()
          ? Result.failed(
              Outcome.refused("a vRouter needs the outer addresses that an SA moves to"))
          : Result.ok(new Moved(move));
    }
    if (change instanceof PlaneChange.PutPolicy put) {
      Result<Policy> policy = PolicyMessages.policy(put);
      return policy.done()
          ? Result.ok(new Put(policy.value().orElseThrow()))
          : Result.failed(policy.outcome());
    }
    Result<DelPolicy> removal = PolicyMessages.remove((PlaneChange.RemovePolicy) change);
    return removal.done()
        ? Result.ok(new PolicyRemoved(removal.value().orElseThrow()))
        : Result.failed(removal.outcome());
  }

  private record Added(SaId sa, AddSa message) implements Prepared {
    @Override
    public Change change() {
      return Change.newBuilder().setAddSa(message).build();
    }

    /** An SA that was there before has other keys, or the same for a second time. */
    @Override
    public Outcome read(Outcome answer) {
      return answer.kind() == Outcome.Kind.SAME
          ? Outcome.conflict("the vRouter has an SA " + sa + " already")
          : answer;
    }

    @Override
    public void remember(Mirror mirror, Outcome outcome) {
      if (outcome.done()) {
        mirror.added(sa);
      } else if (outcome.kind() == Outcome.Kind.UNKNOWN) {
        mirror.doubt(sa);
      }
    }

    /** Without the keys. */
    @Override
    public String toString() {
      return "Added[" + sa + "]";
    }
  }

  private record Removed(SaId sa) implements Prepared {
    @Override
    public Change change() {
      return Change.newBuilder().setDelSa(DelSa.newBuilder().setId(SaMessages.id(sa))).build();
    }

    @Override
    public void remember(Mirror mirror, Outcome outcome) {
      if (outcome.gone()) {
        mirror.removed(sa);
      } else if (outcome.kind() == Outcome.Kind.UNKNOWN) {
        mirror.doubt(sa);
      }
    }
  }

  private record Moved(PlaneChange.MoveSa move) implements Prepared {
    @Override
    public Change change() {
      return Change.newBuilder()
          .setUpdateSa(
              UpdateSa.newBuilder()
                  .setId(SaMessages.id(move.sa()))
                  .setEndpoints(SaMessages.endpoints(move.endpoints())))
          .build();
    }

    @Override
    public void remember(Mirror mirror, Outcome outcome) {
      if (outcome.kind() == Outcome.Kind.ABSENT) {
        mirror.removed(move.sa());
      }
    }
  }

  private record Put(Policy policy) implements Prepared {
    @Override
    public Change change() {
      return Change.newBuilder().setAddPolicy(AddPolicy.newBuilder().setPolicy(policy)).build();
    }

    @Override
    public void remember(Mirror mirror, Outcome outcome) {
      if (outcome.done()) {
        mirror.put(policy);
      } else if (outcome.kind() == Outcome.Kind.UNKNOWN) {
        mirror.doubt(PolicyMessages.placeOf(policy));
      }
    }
  }

  private record PolicyRemoved(DelPolicy message) implements Prepared {
    @Override
    public Change change() {
      return Change.newBuilder().setDelPolicy(message).build();
    }

    @Override
    public void remember(Mirror mirror, Outcome outcome) {
      if (outcome.gone()) {
        mirror.removed(message.getPlace());
      } else if (outcome.kind() == Outcome.Kind.UNKNOWN) {
        mirror.doubt(message.getPlace());
      }
    }
  }
}
