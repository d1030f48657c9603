extension Conformance {
    static let macros = ##"""
        {"expr":"[].exists(e, e > 2)"} => {"value":false}
        {"expr":"[1,2,3].exists(e, e > 2)"} => {"value":true}
        {"expr":"[1,'foo',3].exists(e, e != '1')"} => {"value":true}
        {"expr":"[0,1,2].exists(e, 4/e == 2)"} => {"value":true}
        {"expr":"[0].exists(e, 4/e == 2)"} => !divide_by_zero
        {"expr":"{'k':1}.exists(k, k == 'k')"} => {"value":true}
        {"expr":"[].all(e, e > 0)"} => {"value":true}
        {"expr":"[1,2].all(e, e > 1)"} => {"value":false}
        {"expr":"[1,'a'].all(e, e > 1)"} => {"value":false}
        {"expr":"[0,2].all(e, 4/e == 2)"} => !divide_by_zero
        {"expr":"[2,0].all(e, 4/e == 3)"} => {"value":false}
        {"expr":"[1,2,3].exists_one(e, e > 2)"} => {"value":true}
        {"expr":"[3,4].exists_one(e, e > 2)"} => {"value":false}
        {"expr":"[].exists_one(e, true)"} => {"value":false}
        {"expr":"[0,1].exists_one(e, 1/e == 1)"} => !divide_by_zero
        {"expr":"[1,2,3].map(n, n * n)"} => {"value":[1,4,9]}
        {"expr":"[1,2,3].map(n, n > 1, n * 10)"} => {"value":[20,30]}
        {"expr":"[0].map(n, 1/n)"} => !divide_by_zero
        {"expr":"{'b':1,'a':2}.map(k, k)"} => {"value":["b","a"]}
        {"expr":"[1,2,3].filter(n, n % 2 == 1)"} => {"value":[1,3]}
        {"expr":"{'a':1,'b':2}.filter(k, k > 'a')"} => {"value":["b"]}
        {"expr":"[0].filter(n, 1/n > 0)"} => !divide_by_zero
        {"expr":"['sig','nal'].all(e, ['signal'].exists_one(n, n.contains(e)))"} => {"value":true}
        {"expr":"[1,2].map(x, [3,4].map(y, x * y))"} => {"value":[[3,4],[6,8]]}
        {"expr":"[1].map(x, [2].map(x, x)[0] + x)"} => {"value":[3]}
        {"expr":"[[1,2],[3]].map(l, l.filter(x, x > 1))"} => {"value":[[2],[3]]}
        {"expr":"has({'a':null}.a)"} => {"value":true}
        {"expr":"has({'a':1}.b)"} => {"value":false}
        {"expr":"has({'a':{}}.a.b)"} => {"value":false}
        {"expr":"has({}.a.b)"} => !no_such_key
        {"expr":"has(dyn(1).a)"} => !no_such_overload
        {"expr":"has(a)"} => !syntax
        {"expr":"[1].all(1, true)"} => !syntax
        {"expr":"[1].exists(a.b, true)"} => !syntax
        {"expr":"1.all(x, true)"} => !no_such_overload
        {"expr":"dyn(1).all(x, true)"} => !no_such_overload
        {"expr":"[1,2].filter(x, 'a')"} => !no_such_overload
        """##
}
