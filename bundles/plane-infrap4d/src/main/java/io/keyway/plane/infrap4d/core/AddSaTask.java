package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.plane.infrap4d.device.SaInsert;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Installs an SA, then the rows that follow from its endpoints: inbound the classification by SPI
 * and the termination of the outer header, outbound the outer header to put on.
 */
final class AddSaTask extends Task {

  private final SaEntry sa;
  private boolean installed;

  AddSaTask(Mirror mirror, SaEntry sa, SaInsert insert) {
    super(mirror);
    this.sa = sa;
    then(() -> new Step.Insert(insert, sa.as(SaEntry.State.UNKNOWN)));
    thenRows(this::rows);
  }

  private boolean inbound() {
    return sa.ref().direction() == Direction.INBOUND;
  }

  private Map<RowKey, Optional<RowAction>> rows() {
    if (inbound() && sa.mode() == IpsecMode.TUNNEL && !sa.bare()) {
      mirror.useTerm(RowKey.tunnelTerm(sa.remote(), sa.local()), sa.ref());
    }
    return wanted();
  }

  @Override
  Map<RowKey, Optional<RowAction>> later() {
    return undoing() || installed ? Map.of() : wanted();
  }

  private Map<RowKey, Optional<RowAction>> wanted() {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    if (sa.bare()) {
      return wanted;
    }
    boolean tunnel = sa.mode() == IpsecMode.TUNNEL;
    long index = sa.ref().index();
    if (inbound()) {
      if (tunnel) {
        wanted.put(RowKey.tunnelTerm(sa.remote(), sa.local()), Optional.of(RowAction.decap()));
      }
      wanted.put(
          RowKey.rxClassification(sa.remote(), sa.local(), sa.id().spi().value()),
          Optional.of(RowAction.decrypt(index)));
    } else if (tunnel) {
      wanted.put(RowKey.encapMod(index), Optional.of(RowAction.encap(sa.local(), sa.remote())));
      wanted.put(RowKey.tunnel(index), Optional.of(RowAction.setTunnel(index)));
    }
    return wanted;
  }

  @Override
  void onSa(Outcome outcome) {
    if (undoing()) {
      undone(outcome);
    } else if (outcome.done()) {
      installed = true;
      mirror.putSa(sa);
      changed();
    } else if (outcome.kind() != Outcome.Kind.UNKNOWN) {
      end(outcome);
    } else if (inbound()) {
      installed = true;
      mirror.putSa(sa.as(SaEntry.State.STRAY));
      fail(Outcome.unavailable(outcome.reason() + "; it was taken back"));
    } else {
      // The key may be in use by the device from now on: it ends with this child.
      mirror.putSa(sa.as(SaEntry.State.UNKNOWN));
      end(outcome);
    }
  }

  @Override
  protected void afterUndo() {
    if (inbound() && sa.mode() == IpsecMode.TUNNEL && !sa.bare()) {
      mirror.leaveTerm(RowKey.tunnelTerm(sa.remote(), sa.local()), sa.ref());
    }
    if (installed) {
      then(() -> new Step.Delete(sa.ref()));
    }
  }

  private void undone(Outcome outcome) {
    if (outcome.kind() == Outcome.Kind.ABSENT) {
      mirror.absent(sa.ref());
    } else if (outcome.gone()) {
      mirror.removeSa(sa.ref());
    } else {
      undoFailed(outcome.reason());
    }
  }

  /** Whatever is left goes with the next sweep. */
  @Override
  protected void undoFailed(String reason) {
    super.undoFailed(reason);
    mirror.markStale(sa.ref());
  }

  @Override
  public String toString() {
    return "add " + sa.ref();
  }
}
