package io.keyway.ike.engine.resume;

import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A session in octets, big-endian: uid (12), authenticated and expires (8 each, milliseconds of the
 * epoch), terms (16), then each with its length in one octet the connection, the proposal, PPK_ID
 * and the standing, three identities (number of the type in 1 octet, length in 2, data), and SK_d
 * (length in 1). Who changes it gives it another version.
 */
public final class SessionFormat {
  static final int VERSION = 1;
  private static final int UID_OCTETS = 12;
  private static final int LONGEST_IDENTITY = 1024;

  private SessionFormat() {}

  /** Octets that the caller wipes; empty when something is too long for a ticket. */
  public static Optional<byte[]> write(Session session) {
    byte[] connection = utf8(session.connection());
    byte[] proposal = utf8(session.proposal());
    byte[] ppk = utf8(session.ppkId());
    byte[] standing = session.standing().octets();
    Identity[] identities = {session.initiator(), session.responder(), session.peer()};
    int length = UID_OCTETS + 16 + Terms.OCTETS + 1 + session.skD().length();
    for (byte[] part : new byte[][] {connection, proposal, ppk, standing}) {
      if (part.length > 255) {
        return Optional.empty();
      }
      length += 1 + part.length;
    }
    for (Identity identity : identities) {
      if (identity.octets().length > LONGEST_IDENTITY) {
        return Optional.empty();
      }
      length += 3 + identity.octets().length;
    }
    byte[] octets = new byte[length];
    ByteBuffer out = ByteBuffer.wrap(octets);
    out.put(HexFormat.of().parseHex(session.uid()));
    out.putLong(session.authenticated().toEpochMilli()).putLong(session.expires().toEpochMilli());
    out.put(session.terms().octets());
    for (byte[] part : new byte[][] {connection, proposal, ppk, standing}) {
      out.put((byte) part.length).put(part);
    }
    for (Identity identity : identities) {
      byte[] data = identity.octets();
      out.put((byte) identity.type().number()).putShort((short) data.length).put(data);
    }
    out.put((byte) session.skD().length());
    session.skD().copyTo(octets, out.position());
    return Optional.of(octets);
  }

  /** Empty when it is none. The caller wipes the octets and owns the session. */
  public static Optional<Session> read(byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    try {
      String uid = HexFormat.of().formatHex(take(in, UID_OCTETS));
      Instant authenticated = Instant.ofEpochMilli(in.getLong());
      Instant expires = Instant.ofEpochMilli(in.getLong());
      Terms terms = Terms.of(take(in, Terms.OCTETS));
      String connection = text(in);
      String proposal = text(in);
      String ppk = text(in);
      Standing standing = Standing.of(take(in, in.get() & 0xff));
      Identity initiator = identity(in);
      Identity responder = identity(in);
      Identity peer = identity(in);
      byte[] key = take(in, in.get() & 0xff);
      if (in.hasRemaining() || key.length == 0) {
        Arrays.fill(key, (byte) 0);
        return Optional.empty();
      }
      return Optional.of(
          new Session(
              uid,
              connection,
              proposal,
              initiator,
              responder,
              peer,
              ppk,
              terms,
              standing,
              authenticated,
              expires,
              SecretBytes.wrap(key)));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(ByteBuffer in) {
    return new String(take(in, in.get() & 0xff), StandardCharsets.UTF_8);
  }

  private static Identity identity(ByteBuffer in) {
    int number = in.get();
    byte[] data = take(in, in.getShort() & 0xffff);
    for (Identity.Type type : Identity.Type.values()) {
      if (type.number() == number) {
        return new Identity(type, data);
      }
    }
    throw new IllegalArgumentException("an identity of type " + number);
  }

  private static byte[] take(ByteBuffer in, int length) {
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] octets = new byte[length];
    in.get(octets);
    return octets;
  }
}
