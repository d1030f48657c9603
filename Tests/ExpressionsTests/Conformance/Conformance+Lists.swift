extension Conformance {
    static let lists = ##"""
        {"expr":"[0,1,2] + [3]"} => {"value":[0,1,2,3]}
        {"expr":"[] + []"} => {"value":[]}
        {"expr":"[1] + ['a', [null]]"} => {"value":[1,"a",[null]]}
        {"expr":"[7,8,9][0]"} => {"value":7}
        {"expr":"[7,8,9][dyn(0.0)]"} => {"value":7}
        {"expr":"[7,8,9][dyn(1u)]"} => {"value":8}
        {"expr":"[7,8,9][dyn(0.1)]"} => !invalid_argument
        {"expr":"[7,8,9][3]"} => !index_out_of_range
        {"expr":"[7,8,9][-1]"} => !index_out_of_range
        {"expr":"[1][dyn('a')]"} => !no_such_overload
        {"expr":"[1,2][0] + [3,4][1]"} => {"value":5}
        {"expr":"size([1,2,3])"} => {"value":3}
        {"expr":"[[1],[]].size()"} => {"value":2}
        {"expr":"2 in [1,2]"} => {"value":true}
        {"expr":"'x' in []"} => {"value":false}
        {"expr":"[1] in [[1.0]]"} => {"value":true}
        {"expr":"1 in [dyn('1'), 1u]"} => {"value":true}
        {"expr":"[1,2] == [2,1]"} => {"value":false}
        {"expr":"[[1,2],[3]][0][1]"} => {"value":2}
        {"expr":"[1,2] + 3"} => !no_such_overload
        {"expr":"{'a':[1,2]}.a[1]"} => {"value":2}
        {"expr":"{1:2}[1u]"} => {"value":2}
        {"expr":"{1:2}[dyn(1.5)]"} => !no_such_key
        {"expr":"{'a':1}.b"} => !no_such_key
        {"expr":"{'a':1,'a':2}"} => !duplicate_key
        {"expr":"{true:1}[true]"} => {"value":1}
        {"expr":"size({'a':1})"} => {"value":1}
        {"expr":"{[1]:2}"} => !invalid_argument
        """##
}
