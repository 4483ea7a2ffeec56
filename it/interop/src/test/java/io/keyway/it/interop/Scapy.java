package io.keyway.it.interop;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.lab.Exec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A third party's ESP: scapy encrypts and decrypts IP packets with the keys of a peer. */
final class Scapy {

  private static final String SCRIPT =
      """
      import hashlib, hmac, json, sys, logging
      logging.getLogger('scapy').setLevel(logging.ERROR)
      from scapy.layers.inet import IP
      from scapy.layers.ipsec import SecurityAssociation, ESP
      CRYPT = {12: 'AES-CBC', 20: 'AES-GCM'}
      AUTH = {0: None, 12: 'SHA2-256-128', 13: 'SHA2-384-192', 14: 'SHA2-512-256'}
      job = json.load(open(sys.argv[1]))
      sas = {sa['spi']: sa for sa in job['sas']}
      def association(sequence):
          header = IP(src=sa['src'], dst=sa['dst']) if sa['mode'] == 'tunnel' else None
          arguments = dict(spi=int(sa['spi'], 16), seq_num=sequence, tunnel_header=header,
                           crypt_algo=CRYPT[sa['encryption']], crypt_key=bytes.fromhex(sa['encryptionKey']),
                           esn_en=sa['esn'], esn=0)
          if AUTH[sa['integrity']]:
              arguments.update(auth_algo=AUTH[sa['integrity']], auth_key=bytes.fromhex(sa['integrityKey']))
          return SecurityAssociation(ESP, **arguments)
      # With a separate integrity algorithm scapy leaves the high half of an extended sequence number out of
      # the ICV, against RFC 4303 section 3.3.2.1; Python's own HMAC puts that right in both directions.
      HASH = {12: 'sha256', 13: 'sha384', 14: 'sha512'}
      def icv(octets, high):
          digest = hmac.new(bytes.fromhex(sa['integrityKey']), octets + high, HASH[sa['integrity']]).digest()
          return digest[:len(digest) // 2]
      def swap(packet, old, new):
          header, esp = packet[:20], packet[20:]
          size = len(icv(b'', b''))
          if esp[-size:] != icv(esp[:-size], old):
              raise ValueError('IPSecIntegrityError: the ICV with the extended sequence number is wrong')
          return header + esp[:-size] + icv(esp[:-size], new)
      HIGH = bytes(4)
      out = []
      for number, packet in enumerate(job['packets']):
          octets = bytes.fromhex(packet)
          try:
              sa = sas[job['spis'][number] if job['encrypt'] else octets[20:24].hex()]
              patched = sa['esn'] and sa['integrity'] in HASH
              if job['encrypt']:
                  result = bytes(association(job['sequence'] + number).encrypt(IP(octets)))
                  if patched:
                      result = swap(result, b'', HIGH)
              else:
                  if patched:
                      octets = swap(octets, HIGH, b'')
                  result = association(1).decrypt(IP(octets))
              out.append(bytes(result).hex())
          except Exception as e:
              out.append('error: ' + type(e).__name__ + ': ' + str(e))
      json.dump(out, sys.stdout)
      """;

  private Scapy() {}

  /**
   * IP packets with ESP in, the IP packets inside out; an error text where one does not decrypt.
   */
  static List<String> decrypt(SaKeys sa, List<byte[]> packets) {
    return decrypt(List.of(sa), packets);
  }

  /** The same for packets of several SAs in any order. */
  static List<String> decrypt(List<SaKeys> sas, List<byte[]> packets) {
    return run(sas, List.of(), packets, false, 0);
  }

  /** IP packets in, IP packets with ESP out, numbered from {@code firstSequence}. */
  static List<byte[]> encrypt(SaKeys sa, List<byte[]> packets, int firstSequence) {
    return encrypt(Collections.nCopies(packets.size(), sa), packets, firstSequence);
  }

  /** The same with an SA for each packet. */
  static List<byte[]> encrypt(List<SaKeys> sas, List<byte[]> packets, int firstSequence) {
    List<String> spis = sas.stream().map(SaKeys::spi).toList();
    return run(sas.stream().distinct().toList(), spis, packets, true, firstSequence).stream()
        .map(HexFormat.of()::parseHex)
        .toList();
  }

  private static List<String> run(
      List<SaKeys> sas,
      List<String> spis,
      List<byte[]> packets,
      boolean encrypt,
      int firstSequence) {
    JsonObject job = new JsonObject();
    job.add("sas", new Gson().toJsonTree(sas));
    job.add("spis", new Gson().toJsonTree(spis));
    job.addProperty("encrypt", encrypt);
    job.addProperty("sequence", firstSequence);
    JsonArray array = new JsonArray();
    packets.forEach(p -> array.add(HexFormat.of().formatHex(p)));
    job.add("packets", array);
    try {
      // A file rather than an argument: keys have no place in a list of processes.
      Path file = Files.createTempFile("kw-scapy", ".json");
      try {
        Files.writeString(file, job.toString());
        String answer =
            Exec.run(
                    Exec.DEADLINE,
                    Map.of(),
                    List.of("/usr/bin/python3", "-c", SCRIPT, file.toString()))
                .orFail();
        List<String> results = new ArrayList<>();
        for (JsonElement e : JsonParser.parseString(answer).getAsJsonArray()) {
          results.add(e.getAsString());
        }
        return results;
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
