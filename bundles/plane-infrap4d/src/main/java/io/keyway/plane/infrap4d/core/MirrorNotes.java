package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.List;
import java.util.Optional;

/** Hears what the mirror and the ledger of SPIs hold, so that it can be remembered. */
interface MirrorNotes {

  /** Nobody remembers. */
  MirrorNotes NONE =
      new MirrorNotes() {
        @Override
        public void row(RowKey key, Optional<RowAction> action, Doubt doubt) {
          // nobody remembers
        }

        @Override
        public void sa(SaEntry sa) {
          // nobody remembers
        }

        @Override
        public void saGone(SaRef ref) {
          // nobody remembers
        }

        @Override
        public void lease(SpiLease lease, boolean pooled) {
          // nobody remembers
        }

        @Override
        public void leaseGone(long index) {
          // nobody remembers
        }
      };

  /** How sure we are of a row. */
  enum Doubt {
    /** It is as the mirror says. */
    NONE,
    /** It may do something else, but if the mirror has it, it is there. */
    OTHER,
    /** It may do something else, and it may not be there. */
    GONE;

    /** Of a row that was or will be written, without an answer so far. */
    static Doubt writing(Optional<RowAction> wanted) {
      return wanted.isPresent() ? OTHER : GONE;
    }

    Doubt or(Doubt other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /** A row as the mirror has it. */
  void row(RowKey key, Optional<RowAction> action, Doubt doubt);

  /** An SA as the mirror has it. */
  void sa(SaEntry sa);

  /** The mirror does not have it any more. */
  void saGone(SaRef ref);

  /** An SPI that is out, or back in the pool. */
  void lease(SpiLease lease, boolean pooled);

  /** Who counts, and is to be told what an earlier life had counted. */
  default void counting(Counting meter) {
    // nobody remembers
  }

  /** What was counted at a place before its rows changed. */
  default void counted(MeterNote place) {
    // nobody remembers
  }

  /** A place, by destination and protocol, that has no rows any more. */
  default void countedGone(List<Long> place) {
    // nobody remembers
  }

  /** What the meter offers to who remembers. */
  interface Counting {
    void restore(MeterNote place);

    void noteAll();
  }

  /** The SPI of this index is used up. */
  void leaseGone(long index);
}
