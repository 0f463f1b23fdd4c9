"""onnxruntime: inference with all graph optimizations, NumPy in and out."""

from peer import arguments, fixed_weights, serve, timed_rows

threads, folder = arguments()

import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def model(hidden):
    nodes, constants, name = [], [], "x"
    layers = fixed_weights(hidden)
    for i, (w, b) in enumerate(layers):
        constants += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [name, f"w{i}", f"b{i}"], [f"z{i}"]))
        name = f"y{i}"
        if i + 1 < len(layers):
            nodes.append(helper.make_node("Relu", [f"z{i}"], [name]))
        else:
            nodes.append(helper.make_node("Softmax", [f"z{i}"], [name], axis=1))
    graph = helper.make_graph(nodes, "network",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 784])],
                              [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 10])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def forward(hidden, count):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(model(hidden).SerializeToString(), options, providers=["CPUExecutionProvider"])
    return timed_rows(hidden, count, folder, lambda x: lambda: session.run(None, {"x": x})[0])


serve(f"onnxruntime {onnxruntime.__version__}", {("session", "rows"): forward})
