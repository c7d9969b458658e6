import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.MaxKey;
import de.bwaldvogel.mongo.bson.MinKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * An index that is not unique, which the library does not have: the values of its fields and the document's id, in order.
 * It gives the positions of all documents that can match, and of some that do not; whoever asks still applies the query.
 */
final class SortedIndex extends Index<Integer> {

    private final TreeMap<List<Object>, Integer> positions = new TreeMap<>(SortedIndex::compare);
    private final List<String> fields = keys();
    /** Documents with an array in a field: each of its elements would be a key of its own. While there is one, it serves no query. */
    private int arrays = 0;

    SortedIndex(String name, List<IndexKey> keys) {
        super(name, keys, true);
    }

    /**
     * How much of the index a query uses: two for each of the first fields that it says the values of, one for a range in
     * the field after them.
     */
    int use(Document query) {
        if (arrays > 0) {
            return 0;
        }
        int known = knownFields(query);
        return 2 * known + (known < fields.size() && new Range(query.get(fields.get(known))).isBounded() ? 1 : 0);
    }

    @Override
    public Iterable<Integer> getPositions(Document query) {
        int known = knownFields(query);
        List<List<Object>> beginnings = List.of(List.of());
        for (String field : fields.subList(0, known)) {
            List<List<Object>> longer = new ArrayList<>();
            for (List<Object> beginning : beginnings) {
                for (Object value : valuesOf(query.get(field))) {
                    longer.add(with(beginning, value));
                }
            }
            beginnings = longer;
        }
        Range range = known < fields.size() ? new Range(query.get(fields.get(known))) : null;
        Set<Integer> found = new LinkedHashSet<>();
        for (List<Object> beginning : beginnings) {
            List<Object> low = range == null ? beginning : with(beginning, range.low);
            List<Object> high = with(range == null ? beginning : with(beginning, range.high), MaxKey.getInstance());
            // A query may ask for more than it says is most.
            if (compare(low, high) < 0) {
                found.addAll(positions.subMap(low, high).values());
            }
        }
        return found;
    }

    private static List<Object> with(List<Object> beginning, Object value) {
        List<Object> longer = new ArrayList<>(beginning);
        longer.add(value);
        return longer;
    }

    private int knownFields(Document query) {
        int count = 0;
        while (count < fields.size() && valuesOf(query.get(fields.get(count))) != null) {
            count += 1;
        }
        return count;
    }

    /** The only values that match; null where there may be others. */
    private static Collection<?> valuesOf(Object asked) {
        if (isValue(asked)) {
            return List.of(asked);
        }
        boolean listed = asked instanceof Document conditions && conditions.get("$in") instanceof Collection<?> values
            && values.stream().allMatch(SortedIndex::isValue);
        return listed ? (Collection<?>) ((Document) asked).get("$in") : null;
    }

    /** A null also stands for a field that is not there, and is not looked up. */
    private static boolean isValue(Object asked) {
        return asked instanceof String || asked instanceof Number || asked instanceof Boolean;
    }

    /** What a query asks of a field, as far as it bounds it. Both ends belong to it. */
    private static final class Range {
        private Object low = MinKey.getInstance();
        private Object high = MaxKey.getInstance();

        Range(Object asked) {
            if (!(asked instanceof Document) || BsonRegularExpression.isRegularExpression(asked)) {
                return;
            }
            Document conditions = (Document) asked;
            Object least = conditions.getOrDefault("$gte", conditions.get("$gt"));
            Object most = conditions.getOrDefault("$lte", conditions.get("$lt"));
            if (isValue(most)) {
                high = most;
                // Only values of the same kind match, so documents without the field need not be gone through.
                low = most instanceof Number ? Double.NEGATIVE_INFINITY : most instanceof String ? "" : low;
            }
            if (isValue(least)) {
                low = least;
            }
        }

        boolean isBounded() {
            return !(low instanceof MinKey && high instanceof MaxKey);
        }
    }

    /** A beginning of a key comes before it. */
    private static int compare(List<Object> one, List<Object> other) {
        for (int n = 0; n < Math.min(one.size(), other.size()); n += 1) {
            int order = ValueComparator.asc().compare(one.get(n), other.get(n));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    private List<Object> keyOf(Document document) {
        List<Object> key = new ArrayList<>(fields.size() + 1);
        for (String field : fields) {
            key.add(Utils.getSubdocumentValueCollectionAware(document, field));
        }
        key.add(document.get("_id"));
        return key;
    }

    private boolean hasArray(List<Object> key) {
        return key.subList(0, fields.size()).stream().anyMatch(Collection.class::isInstance);
    }

    @Override
    public void add(Document document, Integer position, MongoCollection<Integer> collection) {
        List<Object> key = keyOf(document);
        if (hasArray(key)) {
            arrays += 1;
        }
        positions.put(key, position);
    }

    @Override
    public Integer remove(Document document) {
        List<Object> key = keyOf(document);
        if (hasArray(key)) {
            arrays -= 1;
        }
        return positions.remove(key);
    }

    @Override
    public void updateInPlace(Document before, Document after, Integer position, MongoCollection<Integer> collection) {
        if (compare(keyOf(before), keyOf(after)) != 0 || arrays > 0) {
            remove(before);
            add(after, position, collection);
        }
    }

    /** The library asks this of indexes that take a whole query; `use` is asked instead. */
    @Override
    public boolean canHandle(Document query) {
        return false;
    }

    @Override
    public Integer getPosition(Document document) {
        return positions.get(keyOf(document));
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Integer> collection) {
        // Any number of documents may have the same values.
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Integer> collection) {
        // Any number of documents may have the same values.
    }

    @Override
    public long getCount() {
        return positions.size();
    }

    @Override
    public long getDataSize() {
        return 0;
    }

    @Override
    public void drop() {
        positions.clear();
        arrays = 0;
    }
}
