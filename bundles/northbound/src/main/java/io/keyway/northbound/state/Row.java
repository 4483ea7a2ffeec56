package io.keyway.northbound.state;

import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.sp.SpdService;
import io.keyway.api.tunnel.TunnelStatus;
import java.util.Map;
import java.util.Optional;

/** One list entry of the state tree. */
public sealed interface Row {

  /** Unique among rows of all kinds, and the same for as long as the thing lives. */
  Key key();

  /** A list, and the key of an entry in it. */
  record Key(Class<? extends Row> list, String name) {}

  record ProblemRow(String entry, String reason) implements Row {
    @Override
    public Key key() {
      return new Key(ProblemRow.class, entry);
    }
  }

  record TunnelRow(TunnelStatus status) implements Row {
    @Override
    public Key key() {
      return new Key(TunnelRow.class, status.name());
    }
  }

  record IkeRow(String engine, IkeSaStatus status) implements Row {
    @Override
    public Key key() {
      return new Key(IkeRow.class, status.uid());
    }
  }

  /**
   * @param ikeUid the IKE SA it was negotiated on
   */
  record ChildRow(String ikeUid, ChildSaStatus status) implements Row {
    @Override
    public Key key() {
      return new Key(ChildRow.class, status.uid());
    }
  }

  record PolicyRow(SpdService.Entry entry) implements Row {
    @Override
    public Key key() {
      return new Key(
          PolicyRow.class, plane() + "|" + direction() + "|" + selectors() + "|" + child());
    }

    public String plane() {
      return entry.policy().plane();
    }

    public String direction() {
      return entry.policy().direction().name().toLowerCase(java.util.Locale.ROOT);
    }

    public String selectors() {
      return entry.policy().selectors().toString();
    }

    public String child() {
      return entry.policy().child().toString();
    }
  }

  /**
   * @param status empty when no service runs the data plane
   */
  record PlaneRow(
      String name,
      String type,
      String reason,
      Optional<PlaneStatus> status,
      Optional<PlaneCapabilities> capabilities)
      implements Row {
    @Override
    public Key key() {
      return new Key(PlaneRow.class, name);
    }
  }

  record LeaseRow(AddressLease lease) implements Row {
    @Override
    public Key key() {
      return new Key(LeaseRow.class, lease.pool() + "/" + lease.address().getHostAddress());
    }
  }

  record EngineRow(String name, long connections, long ikeSas, Map<String, Long> counters)
      implements Row {
    public EngineRow {
      counters = Map.copyOf(counters);
    }

    @Override
    public Key key() {
      return new Key(EngineRow.class, name);
    }
  }
}
