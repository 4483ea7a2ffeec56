package io.keyway.emulator.infrap4d.program;

import com.google.protobuf.TextFormat;
import io.keyway.protocol.p4runtime.config.P4Info;
import io.keyway.protocol.p4runtime.config.Preamble;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The p4info that the device reports. Ids change with every compile of the real program; an offset
 * moves them here, so that a client that carries ids instead of looking names up is found out.
 */
public final class ProgramInfo {
  private static final int TYPE_BITS = 0xFF000000;

  private ProgramInfo() {}

  /** The program with the ids of the reference compile. */
  public static P4Info reference() {
    try (InputStream in = ProgramInfo.class.getResourceAsStream("linux_networking.p4info.txt");
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      P4Info.Builder info = P4Info.newBuilder();
      TextFormat.merge(text, info);
      return info.build();
    } catch (IOException e) {
      throw new UncheckedIOException("the program's p4info is damaged", e);
    }
  }

  /** The program with {@code offset} added to the low 24 bits of every id. */
  public static P4Info withIdOffset(int offset) {
    P4Info.Builder info = reference().toBuilder();
    info.getTablesBuilderList()
        .forEach(
            table -> {
              moved(table.getPreambleBuilder(), offset);
              table.getActionRefsBuilderList().forEach(ref -> ref.setId(move(ref.getId(), offset)));
              if (table.getConstDefaultActionId() != 0) {
                table.setConstDefaultActionId(move(table.getConstDefaultActionId(), offset));
              }
              for (int i = 0; i < table.getDirectResourceIdsCount(); i++) {
                table.setDirectResourceIds(i, move(table.getDirectResourceIds(i), offset));
              }
            });
    info.getActionsBuilderList().forEach(action -> moved(action.getPreambleBuilder(), offset));
    info.getDirectCountersBuilderList().forEach(c -> moved(c.getPreambleBuilder(), offset));
    return info.build();
  }

  private static void moved(Preamble.Builder preamble, int offset) {
    preamble.setId(move(preamble.getId(), offset));
  }

  private static int move(int id, int offset) {
    return id & TYPE_BITS | id + offset & ~TYPE_BITS;
  }
}
