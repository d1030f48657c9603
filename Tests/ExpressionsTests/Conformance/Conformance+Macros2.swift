extension Conformance {
    static let macros2 = ##"""
        {"expr":"[].exists(i, v, i > -1)"} => {"value":false}
        {"expr":"[1,2,3].exists(i, v, i > 0 && v == 3)"} => {"value":true}
        {"expr":"{'a':1}.exists(k, v, k == 'a' && v == 1)"} => {"value":true}
        {"expr":"[0,1].exists(i, v, 1/v == 1)"} => {"value":true}
        {"expr":"[0].exists(i, v, 1/v == 1)"} => !divide_by_zero
        {"expr":"[].all(i, v, false)"} => {"value":true}
        {"expr":"[0,1,2].all(i, v, i == v)"} => {"value":true}
        {"expr":"{'a':1,'b':3}.all(k, v, v < 2)"} => {"value":false}
        {"expr":"[2,0].all(i, v, 4/v == 3)"} => {"value":false}
        {"expr":"[7,8,7].existsOne(i, v, v == 7)"} => {"value":false}
        {"expr":"[7,8].existsOne(i, v, i == 1 && v == 8)"} => {"value":true}
        {"expr":"{6:'six'}.existsOne(k, v, k == 6)"} => {"value":true}
        {"expr":"[5,6].transformList(i, v, i * v)"} => {"value":[0,6]}
        {"expr":"[5,6].transformList(i, v, i > 0, v)"} => {"value":[6]}
        {"expr":"{'b':2,'a':1}.transformList(k, v, k + string(v))"} => {"value":["b2","a1"]}
        {"expr":"[].transformList(i, v, 1/0)"} => {"value":[]}
        {"expr":"[1].transformList(i, v, 1/i)"} => !divide_by_zero
        {"expr":"{'a':1}.transformMap(k, v, v + 1)"} => {"value":{"a":2}}
        {"expr":"['x','y'].transformMap(i, v, v)"} => {"value":{"0":"x","1":"y"}}
        {"expr":"{'a':1,'b':2}.transformMap(k, v, v > 1, v)"} => {"value":{"b":2}}
        {"expr":"['a','b'].transformMapEntry(i, v, {v: i})"} => {"value":{"a":0,"b":1}}
        {"expr":"['a','a'].transformMapEntry(i, v, {v: i})"} => !duplicate_key
        {"expr":"[1].transformMapEntry(i, v, 1)"} => !no_such_overload
        {"expr":"['a','b'].transformMapEntry(i, v, i > 0, {v: i})"} => {"value":{"b":1}}
        {"expr":"[1].all(x, x, true)"} => !syntax
        {"expr":"[1,2].transformList(i, v, [v].transformList(i, w, i + w))"} => {"value":[[1],[2]]}
        """##
}
