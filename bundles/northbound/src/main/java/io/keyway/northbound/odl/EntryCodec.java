package io.keyway.northbound.odl;

import com.google.common.collect.MapMaker;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import io.keyway.northbound.config.Tree;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.codec.gson.JSONCodecFactorySupplier;
import org.opendaylight.yangtools.yang.data.codec.gson.JsonParserStream;
import org.opendaylight.yangtools.yang.data.impl.schema.ImmutableNormalizedNodeStreamWriter;
import org.opendaylight.yangtools.yang.data.impl.schema.NormalizationResultHolder;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.util.SchemaInferenceStack;

/**
 * Entries between values, JSON (RFC 7951) and the datastore's form. JSON is the way in for both, so
 * that the schema's types, ranges and patterns are checked by the same code as in RESTCONF.
 */
public final class EntryCodec {

  private static final String MODULE = "keyway-ipsec:";

  private final EffectiveModelContext model;

  /**
   * What was read of values that are still to be written. To write 100 000 entries as values, JSON
   * and nodes again takes as long as to read them. By identity, and only for as long as somebody
   * holds the value: what is refused is never written.
   */
  private final Map<IntentObject, MapEntryNode> read = new MapMaker().weakKeys().makeMap();

  public EntryCodec(EffectiveModelContext model) {
    this.model = model;
  }

  /** The model whose entries these are. */
  public EffectiveModelContext model() {
    return model;
  }

  /** The value as the datastore takes it. */
  MapEntryNode encode(IntentObject value) {
    MapEntryNode known = read.remove(value);
    if (known != null) {
      return known;
    }
    EntryRef entry = EntryRef.of(value);
    return parse(entry, json(entry.kind(), EntryMapper.write(value)));
  }

  /**
   * Reads the body of a RESTCONF PUT to the entry.
   *
   * @throws IllegalArgumentException saying what the schema does not let pass
   * @throws InvalidEntryException when the entry makes no sense by itself
   */
  public IntentObject decode(EntryRef entry, String json) throws InvalidEntryException {
    MapEntryNode node = parse(entry, json);
    IntentObject value = EntryMapper.read(entry.kind(), Trees.of(node));
    read.put(value, node);
    return value;
  }

  private MapEntryNode parse(EntryRef entry, String json) {
    EntryKind kind = entry.kind();
    SchemaInferenceStack stack = SchemaInferenceStack.of(model);
    stack.enterDataTree(ConfigPaths.IPSEC_NAME);
    stack.enterDataTree(ConfigPaths.name(kind.container()));
    NormalizationResultHolder holder = new NormalizationResultHolder();
    try (var writer = ImmutableNormalizedNodeStreamWriter.from(holder);
        JsonParserStream parser =
            JsonParserStream.create(
                writer, JSONCodecFactorySupplier.RFC7951.getShared(model), stack.toInference())) {
      parser.parse(new JsonReader(new StringReader(json)));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(reason(e), e);
    }
    if (holder.result() == null
        || !(holder.getResult().data() instanceof MapNode map)
        || map.size() != 1) {
      throw new IllegalArgumentException(
          "expected {\"" + MODULE + kind.list() + "\": [ { one entry } ]}");
    }
    MapEntryNode node = map.body().iterator().next();
    EntryRef found = ConfigPaths.entry(kind, node.name());
    if (!found.equals(entry)) {
      throw new IllegalArgumentException("the body is of " + found + ", not of " + entry);
    }
    return node;
  }

  private static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? "this is not JSON of that entry" : cause.getMessage();
  }

  private static String json(EntryKind kind, Tree tree) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject().name(MODULE + kind.list()).beginArray();
      write(json, tree);
      json.endArray().endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonWriter json, Tree tree) throws IOException {
    json.beginObject();
    for (Map.Entry<String, Object> node : tree.nodes().entrySet()) {
      json.name(node.getKey());
      if (node.getValue() instanceof Tree child) {
        write(json, child);
      } else if (node.getValue() instanceof Tree.Leaves leaves) {
        json.beginArray();
        for (String value : leaves.values()) {
          json.value(value);
        }
        json.endArray();
      } else if (node.getValue() instanceof Tree.Entries entries) {
        json.beginArray();
        for (Tree entry : entries.values()) {
          write(json, entry);
        }
        json.endArray();
      } else if (node.getKey().equals("dynamic")) {
        // The one leaf of type empty: RFC 7951 section 6.9.
        json.beginArray().nullValue().endArray();
      } else {
        json.value((String) node.getValue());
      }
    }
    json.endObject();
  }
}
