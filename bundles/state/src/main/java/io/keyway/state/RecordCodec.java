package io.keyway.state;

import io.keyway.api.store.StateStore.StateRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Changes of a store as octets: what stands in one frame of the journal. */
final class RecordCodec {

  private static final int PUT = 1;
  private static final int REMOVE = 2;

  private RecordCodec() {}

  /** Gathers changes; wipes itself. */
  static final class Group extends ByteArrayOutputStream {
    private final DataOutputStream out = new DataOutputStream(this);

    void put(StateRecord value) {
      try {
        out.writeByte(PUT);
        out.writeUTF(value.owner());
        out.writeUTF(value.key());
        out.writeInt(value.schema());
        out.writeInt(value.octets().length);
        out.write(value.octets());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void remove(String owner, String key) {
      try {
        out.writeByte(REMOVE);
        out.writeUTF(owner);
        out.writeUTF(key);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The octets so far, which the caller wipes; begins anew. */
    byte[] take() {
      byte[] result = toByteArray();
      Arrays.fill(buf, 0, count, (byte) 0);
      reset();
      return result;
    }
  }

  /**
   * Tells every change in order.
   *
   * @throws IOException when the octets are not what {@link Group} writes
   */
  static void read(byte[] octets, Changes to) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
      while (in.available() > 0) {
        int kind = in.readByte();
        String owner = in.readUTF();
        String key = in.readUTF();
        switch (kind) {
          case PUT -> {
            int schema = in.readInt();
            byte[] content = new byte[length(in)];
            in.readFully(content);
            to.put(new StateRecord(owner, key, schema, content));
          }
          case REMOVE -> to.removed(owner, key);
          default -> throw new IOException("a change of unknown kind " + kind);
        }
      }
    }
  }

  private static int length(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a record of " + length + " octets where " + in.available() + " stand");
    }
    return length;
  }
}
