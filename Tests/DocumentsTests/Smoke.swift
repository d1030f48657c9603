import Documents
import Testing

@Test func smoke() throws {
    let node = try parseYAML(Array("a: 1\nb: [x, 'y']\n".utf8), file: "t.yaml")
    #expect(node["a"]?.text == "1")
    var w = JSONWriter()
    w.beginArray(); w.double(0.1); w.double(1); w.double(1e300); w.int(-5); w.decimal(minorUnits: -5, scale: 2); w.string("a\"\u{1}é"); w.endArray()
    #expect(w.text == #"[0.1,1.0,1e+300,-5,-0.05,"a\"\u0001é"]"#)
}
